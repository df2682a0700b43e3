"""Widgets of the window: transport, log, busy and empty states, previews."""
