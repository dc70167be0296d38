"""Converts units and texts."""


def bytes_to_kb(value):
    """Bytes as kilobytes of 1,024."""
    return value / 1024 if value else value


def bytes_to_mb(value):
    """Bytes as megabytes of 1,024 squared."""
    return value / 1024**2 if value else value


def bytes_to_gb(value):
    """Bytes as gigabytes of 1,024 cubed."""
    return value / 1024**3 if value else value


def mb_to_bytes(value):
    """Megabytes as whole bytes."""
    return int(value * 1024**2) if value else value


def gb_to_bytes(value):
    """Gigabytes as whole bytes."""
    return int(value * 1024**3) if value else value


def seconds_to_ms(value):
    """Seconds as milliseconds."""
    return value * 1000 if value else value


def ms_to_seconds(value):
    """Milliseconds as seconds."""
    return value / 1000 if value else value


def ms_to_minutes(value):
    """Milliseconds as minutes."""
    return value / 60000 if value else value


def to_bool(value):
    """A boolean from its usual spellings. Raises ValueError for others."""
    text = str(value)
    if text in ("True", "true", "Yes", "yes", "t", "y", "1"):
        return True
    if text in ("False", "false", "No", "no", "f", "n", "0"):
        return False
    raise ValueError(f"Cannot convert [{text}] to bool.")
