"""Union figures from the roll-ups, dashboards, exports."""
