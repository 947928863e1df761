"""The gateway: websocket sessions, events, what RESUME plays again, and all the ways of losing a connection."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import deque
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.discord_server.faults import reset_connection
from tests.discord_server.guilds import Guild
from tests.discord_server.kinds import Op
from tests.discord_server.messages import Message, without_content
from tests.discord_server.people import Person
from tests.discord_server.permissions import Permission
from tests.discord_server.redirection import GATEWAY

if TYPE_CHECKING:
    from tests.discord_server.server import DiscordServer

_GUILDS, _GUILD_MEMBERS, _PRESENCES = 1 << 0, 1 << 1, 1 << 8
_GUILD_MESSAGES, _DIRECT_MESSAGES, MESSAGE_CONTENT = 1 << 9, 1 << 12, 1 << 15
PRIVILEGED = _GUILD_MEMBERS | _PRESENCES | MESSAGE_CONTENT
_KEPT = 10_000  # events a session keeps for RESUME
_SENDS_A_MINUTE = 120
_LATENCY = 0.02  # seconds; acknowledged at once, discord.py's thread has not noted yet that it sent the heartbeat


class Session:
    """What IDENTIFY begins, and RESUME goes on with over a new socket."""

    def __init__(self, intents: int, shard: tuple[int, int]) -> None:
        self.id = secrets.token_hex(16)
        self.intents = intents
        self.shard = shard
        self.sequence = 0
        self.events: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self.connection: Connection | None = None

    def send(self, event: str, data: dict[str, Any]) -> None:
        """Number an event, keep it, and send it if there is a socket."""
        self.sequence += 1
        frame = {"op": Op.DISPATCH, "t": event, "s": self.sequence, "d": data}
        self.events.append(frame)
        if self.connection:
            self.connection.send(frame)


class Connection:
    """One websocket. Frames are sent in order by a task of its own, so that `send` never waits."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        self.request = request
        self.socket = socket
        self.session: Session | None = None
        self.silent = False
        self._received: deque[float] = deque(maxlen=_SENDS_A_MINUTE)
        self._frames: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write(), name="gateway-writer")

    def send(self, frame: dict[str, Any]) -> None:
        if not self.silent:
            self._frames.put_nowait(frame)

    def too_many(self, now: float) -> bool:
        """Note a frame of the client's; true if it sends more than 120 in a minute."""
        full = len(self._received) == _SENDS_A_MINUTE and now - self._received[0] < 60.0
        self._received.append(now)
        return full

    async def _write(self) -> None:
        while True:
            frame = await self._frames.get()
            try:
                await self.socket.send_str(json.dumps(frame))
            except (ConnectionError, RuntimeError):
                return  # the socket is gone; the session keeps what was not read

    def release(self) -> None:
        """Stop writing and let the session wait for RESUME."""
        self._writer.cancel()
        if self.session and self.session.connection is self:
            self.session.connection = None
        self.session = None


class Gateway:
    """All sessions. `identifies`, `resumes` and `heartbeats` count what clients did."""

    def __init__(self, server: DiscordServer) -> None:
        self._server = server
        self._sessions: dict[str, Session] = {}
        self._connections: set[Connection] = set()
        self.heartbeat_interval = 41.25  # seconds
        self.identifies = 0
        self.resumes = 0
        self.heartbeats = 0

    @property
    def connected(self) -> bool:
        """Whether a client is connected and identified."""
        return any(session.connection and not session.connection.silent for session in self._sessions.values())

    def dispatch(
        self,
        event: str,
        data: dict[str, Any],
        *,
        guild: Guild | None = None,
        about: Message | None = None,
        of: Person | None = None,
    ) -> bool:
        """Send an event to every session that is entitled to it; those without a socket get it after RESUME.

        Returns whether any session took it.
        """
        data = self._server.faults.spoilt(event, data)
        taken = False
        for session in list(self._sessions.values()):
            if self._entitled(session, event, guild, about, of):
                session.send(event, without_content(data) if self._hides(session, event, about) else data)
                taken = True
        return taken

    # Ways of losing the connection. All but an `invalidate` that is not resumable leave the session open to RESUME.

    def reset(self) -> None:
        """Break every connection off as a network does (ECONNRESET)."""
        for connection in list(self._connections):
            connection.release()
            reset_connection(connection.request.transport)

    def reconnect(self) -> None:
        """Ask every client to come back (op 7)."""
        for connection in self._connections:
            connection.send({"op": Op.RECONNECT, "d": None})

    def invalidate(self, *, resumable: bool = False) -> None:
        """Declare every session invalid (op 9); unless resumable it is gone, with what it had not received."""
        for connection in self._connections:
            connection.send({"op": Op.INVALID_SESSION, "d": resumable})
        if not resumable:
            self._sessions.clear()

    def fall_silent(self) -> None:
        """Say nothing more on the present connections, not even in answer to heartbeats."""
        for connection in self._connections:
            connection.silent = True

    async def close(self, code: int = 4000) -> None:
        """Close every connection with a code."""
        for connection in list(self._connections):
            connection.release()
            await connection.socket.close(code=code)

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """One client's connection, from HELLO to its end."""
        socket = web.WebSocketResponse(max_msg_size=4096)
        await socket.prepare(request)
        connection = Connection(request, socket)
        self._connections.add(connection)
        connection.send({"op": Op.HELLO, "d": {"heartbeat_interval": int(self.heartbeat_interval * 1000)}})
        try:
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    break
                if not connection.silent:
                    await self._receive(connection, json.loads(message.data))
        finally:
            self._connections.discard(connection)
            if connection.session and socket.close_code in (1000, 1001):
                self._sessions.pop(connection.session.id, None)  # a client that says goodbye does not come back
            connection.release()
        return socket

    async def _receive(self, connection: Connection, frame: dict[str, Any]) -> None:
        if frame["op"] != Op.HEARTBEAT and connection.too_many(self._server.clock.now()):
            await connection.socket.close(code=4008, message=b"You are being rate limited.")
            return
        match frame["op"]:
            case Op.HEARTBEAT:
                self.heartbeats += 1
                self._server.changed()
                ack = {"op": Op.HEARTBEAT_ACK, "d": None}
                asyncio.get_running_loop().call_later(_LATENCY, connection.send, ack)
            case Op.IDENTIFY:
                await self._identify(connection, frame["d"])
            case Op.RESUME:
                await self._resume(connection, frame["d"])
            case Op.PRESENCE | Op.REQUEST_MEMBERS:
                pass  # presence, and members asked for: nothing follows from them here
            case _:
                await connection.socket.close(code=4001, message=b"Unknown opcode.")

    async def _identify(self, connection: Connection, data: dict[str, Any]) -> None:
        self.identifies += 1
        if data["token"] != self._server.token:
            await connection.socket.close(code=4004, message=b"Authentication failed.")
            return
        if data["intents"] & PRIVILEGED & ~self._server.privileged_intents:
            await connection.socket.close(code=4014, message=b"Disallowed intent(s).")
            return
        shard, shards = data.get("shard", (0, 1))
        for old in [each for each in self._sessions.values() if each.connection is None]:
            del self._sessions[old.id]
        session = Session(data["intents"], (shard, shards))
        self._sessions[session.id] = session
        connection.session, session.connection = session, connection
        self._greet(session)

    def _greet(self, session: Session) -> None:
        guilds = [guild for guild in self._server.guilds.values() if guild.has_bot and _on_shard(session, guild)]
        session.send(
            "READY",
            {
                "v": 10,
                "user": self._server.bot.payload(),
                "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
                "session_id": session.id,
                "resume_gateway_url": f"ws://127.0.0.1:{self._server.port}{GATEWAY}",
                "shard": session.shard,
                "application": {"id": str(self._server.application_id), "flags": 0},
            },
        )
        if session.intents & _GUILDS:
            for guild in guilds:
                session.send("GUILD_CREATE", guild.payload())
        self._server.changed()

    async def _resume(self, connection: Connection, data: dict[str, Any]) -> None:
        self.resumes += 1
        if data["token"] != self._server.token:
            await connection.socket.close(code=4004, message=b"Authentication failed.")
            return
        session = self._sessions.get(data["session_id"])
        if session is None or data["seq"] is None or data["seq"] > session.sequence:
            connection.send({"op": Op.INVALID_SESSION, "d": False})
            return
        connection.session, session.connection = session, connection
        for frame in session.events:
            if frame["s"] > data["seq"]:
                connection.send(frame)
        session.send("RESUMED", {})
        self._server.changed()

    def _hides(self, session: Session, event: str, about: Message | None) -> bool:
        if about is None or event == "MESSAGE_DELETE" or session.intents & MESSAGE_CONTENT:
            return False
        return about.hidden_from(self._server.bot)

    def _entitled(
        self, session: Session, event: str, guild: Guild | None, about: Message | None, of: Person | None
    ) -> bool:
        if guild is not None and not (guild.has_bot and _on_shard(session, guild)):
            return False
        if about is not None:
            if not about.channel.permissions_of(self._server.bot) & Permission.VIEW_CHANNEL:
                return False
            return bool(session.intents & (_DIRECT_MESSAGES if guild is None else _GUILD_MESSAGES))
        if of is not None:
            return of is self._server.bot or bool(session.intents & _GUILD_MEMBERS)
        return event == "INTERACTION_CREATE" or bool(session.intents & _GUILDS)


def _on_shard(session: Session, guild: Guild) -> bool:
    shard, shards = session.shard
    return (guild.id >> 22) % shards == shard
