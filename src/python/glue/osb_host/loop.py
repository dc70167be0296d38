"""An event loop that never waits: the process beside it is asked to call again when something is due."""
import asyncio
import time
from asyncio import events


class _NoSelector:
    """Stands where an event loop waits for sockets: there are none."""

    def select(self, timeout):
        """Nothing is ready, at once."""
        return []

    def get_map(self):
        """No socket is watched."""
        return {}

    def close(self):
        """Nothing to close."""


class PumpedLoop(asyncio.BaseEventLoop):
    """Runs what is ready when it is pumped."""

    def __init__(self):
        super().__init__()
        self._selector = _NoSelector()
        self._clock_resolution = time.get_clock_info("monotonic").resolution

    def _process_events(self, event_list):
        """There are no events of sockets."""

    def _write_to_self(self):
        """Nobody waits who would have to be woken."""

    def pump(self):
        """Runs everything that is ready. Returns in how many seconds something is due, or None."""
        held = events._get_running_loop()
        events._set_running_loop(self)
        try:
            while True:
                self._run_once()
                if not self._ready and not self._is_due():
                    break
        finally:
            events._set_running_loop(held)
        while self._scheduled and self._scheduled[0]._cancelled:
            self._run_once()
        if not self._scheduled:
            return None
        return max(0.0, self._scheduled[0]._when - self.time())

    def _is_due(self):
        return bool(self._scheduled) and self._scheduled[0]._when <= self.time()
