"""The world model: one transformer for anchors, segments and corrections, with what it is told and what it draws with."""
