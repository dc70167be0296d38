"""Runs of the plug-in's runners: many at a time, each a task of one event loop."""
import asyncio
import contextvars
import inspect
import math

from opensearchpy.client import OpenSearch

from .failures import describe
from .loop import PumpedLoop
from .transport import Outbox, Transport, current_run, raw_answers


class Runs:
    """All runs that are under way, and what is to be told of them."""

    def __init__(self):
        self.loop = PumpedLoop()
        self.outbox = Outbox(self.loop)
        self._client = OpenSearch(Transport(self.outbox))
        self._tasks = {}
        self._events = []
        self._take_over_sleep()

    def _take_over_sleep(self):
        # A pause counts towards the time limit of its operation, and ends with the test run.
        plain_sleep = asyncio.tasks.sleep

        async def sleep(delay, result=None):
            """As `asyncio.sleep`."""
            if delay <= 0 or current_run.get() is None:
                return await plain_sleep(delay, result)
            await self.outbox.sleep(delay)
            return result

        asyncio.sleep = sleep

    def start(self, run, runner, params):
        """Begins one execution of a runner."""
        context = contextvars.copy_context()
        context.run(current_run.set, run)
        context.run(raw_answers.set, False)
        client = {"default": self._client} if getattr(runner, "multi_cluster", False) else self._client
        self._tasks[run] = self.loop.create_task(self._execute(run, runner, client, params), context=context)

    def cancel(self, run):
        """Ends an execution whose outcome nobody waits for any more."""
        task = self._tasks.get(run)
        if task is not None:
            task.cancel()

    def answer(self, number, header, body):
        """Hands in the answer to a request."""
        self.outbox.answer(number, header, body)

    def pump(self):
        """Runs what can go on. Returns what happened, with the bodies of requests, and when to call again."""
        wait = self.loop.pump()
        events, self._events = self._events, []
        requests = self.outbox.take()
        events.extend(header for header, _ in requests)
        return events, b"".join(body for _, body in requests), wait

    async def _execute(self, run, runner, client, params):
        try:
            returned = await _call(runner, client, params)
            self._events.append({"kind": "done", "run": run, "result": _result(runner, returned)})
        except BaseException as error:
            request = getattr(error, "osb_request", None)
            self._events.append({"kind": "failed", "run": run, "request": request, "error": describe(error)})
        finally:
            del self._tasks[run]


async def _call(runner, client, params):
    if hasattr(runner, "__aenter__"):
        async with runner:
            return await _awaited(runner(client, params))
    return await _awaited(runner(client, params))


async def _awaited(value):
    return await value if inspect.isawaitable(value) else value


def _result(runner, returned):
    weight, unit, success, extra = 1, "ops", True, {}
    if isinstance(returned, (tuple, list)) and len(returned) == 2:
        weight, unit = returned
    elif isinstance(returned, dict):
        extra = dict(returned)
        weight = extra.pop("weight", 1)
        unit = extra.pop("unit", "ops")
        success = extra.pop("success", True)
    result = {
        "weight": weight if _is_number(weight) else 1,
        "unit": unit if isinstance(unit, str) else "ops",
        "success": bool(success),
        "errorType": _text(extra.pop("error-type", None)),
        "errorDescription": _text(extra.pop("error-description", None)),
        "throughput": extra.pop("throughput", None),
        "completed": False,
        "progress": None,
    }
    if not _is_number(result["throughput"]):
        result["throughput"] = None
    if decides_completion(runner):
        result["completed"] = bool(_value_of(runner, "completed"))
        result["progress"] = _share(_value_of(runner, "task_progress"))
    result["details"] = {
        str(name): value for name, value in extra.items() if isinstance(value, (str, bool)) or _is_number(value)}
    return result


def decides_completion(runner):
    """Whether the runner says itself when its task is done."""
    inner = _inner(runner)
    return hasattr(inner, "completed") and hasattr(inner, "task_progress")


def _inner(runner):
    """What a wrapper such as Retry wraps."""
    while getattr(runner, "delegate", None) is not None:
        runner = runner.delegate
    return runner


def _value_of(runner, name):
    value = getattr(_inner(runner), name)
    return value() if callable(value) else value


def _share(progress):
    if isinstance(progress, (tuple, list)) and progress:
        progress = progress[0]
    return float(progress) if _is_number(progress) else None


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _text(value):
    return None if value is None else str(value)
