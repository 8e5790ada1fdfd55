"""A network that can be cut: a TCP proxy that drops connections in the middle, on the way there or back."""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
import time
from collections import Counter

CUTS = ("request lost", "request cut short", "answer lost")


class Proxy:
    """Forwards to a port of this machine from one of its own; `cut_for` makes it a bad network for so long."""

    def __init__(self, target: int, seed: object) -> None:
        self.target, self.port = target, 0
        self.cuts: Counter[str] = Counter()
        self._dice = random.Random(f"{seed}")
        self._until, self._kind, self._chance = 0.0, CUTS[0], 0.0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._ready.wait(10)

    def cut_for(self, seconds: float, kind: str, chance: float) -> None:
        self._kind, self._chance = kind, chance
        self._until = time.monotonic() + seconds

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop)
        self._thread.join(10)

    async def _end(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks or [asyncio.ensure_future(asyncio.sleep(0))])
        self._loop.stop()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=256))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        pumps = [
            asyncio.ensure_future(self._pump(reader, up_writer, CUTS[:2])),
            asyncio.ensure_future(self._pump(up_reader, writer, CUTS[2:])),
        ]
        with contextlib.suppress(asyncio.CancelledError):  # at the end
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in pumps:
            pump.cancel()
        for either in (writer, up_writer):
            either.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kinds: tuple[str, ...]) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                if time.monotonic() < self._until and self._kind in kinds and self._dice.random() < self._chance:
                    self.cuts[self._kind] += 1
                    if self._kind == "request cut short":
                        writer.write(data[: len(data) // 2])
                        await writer.drain()
                    return
                writer.write(data)
                await writer.drain()
