"""A limit on what a request may send when it does not say beforehand how much that is."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send


def limited_body(app: ASGIApp, limit: int, too_large: ASGIApp) -> ASGIApp:
    """`app`, told that the client left once the body passes `limit` bytes.

    The client is answered by `too_large`.
    """

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        count, started, cut = 0, False, False

        async def receive_counted() -> Message:
            nonlocal count, cut
            message = await receive()
            count += len(message.get("body", b"")) if message["type"] == "http.request" else 0
            if count <= limit:
                return message
            if not cut and not started:
                cut = True
                await too_large(scope, receive, send)
            cut = True
            return {"type": "http.disconnect"}

        async def send_unless_cut(message: Message) -> None:
            nonlocal started
            if not cut:
                started = True
                await send(message)

        try:
            await app(scope, receive_counted, send_unless_cut)
        except Exception:
            if not cut:  # once cut, the application only stumbles over the end of its body
                raise

    return run
