"""Times of requests are taken where they are sent; these names are here for plug-ins that take part in it."""


class _Context:
    async def __aenter__(self):
        return self

    async def __aexit__(self, kind, error, trace):
        return False

    request_start = None
    request_end = None
    client_request_start = None
    client_request_end = None


class RequestContextHolder:
    """Takes marks of start and end, and needs none."""

    def new_request_context(self):
        """A context for one request."""
        return _Context()

    @staticmethod
    def on_client_request_start():
        """A request is about to be sent."""

    @staticmethod
    def on_client_request_end():
        """A request was answered."""

    @staticmethod
    def on_request_start():
        """A request is about to be sent."""

    @staticmethod
    def on_request_end():
        """A request was answered."""

    @staticmethod
    def return_raw_response():
        """From now on this run gets answers as bytes in a file-like object."""
        from osb_host.transport import raw_answers
        raw_answers.set(True)
