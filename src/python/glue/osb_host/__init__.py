"""The side of the plug-in host that runs inside Python. Plug-ins have no business here."""
