"""One exchange with a server over HTTP: guarded, bounded, and never where it was not sent."""

import ssl

import httpx

from summarizer.engines.remote.address import Address
from summarizer.engines.remote.dialect import Body
from summarizer.engines.remote.replies import Fault, Reply

MOST_BYTES = 1_000_000
_CONNECT_SECONDS = 10.0


class Client:
    """Opens connections to one server, with its key.

    A proxy of the environment is used for a public server alone (``NO_PROXY`` holds), never for
    this machine or a private network. Redirects are not followed: the key would go along.
    """

    def __init__(self, address: Address, key: str | None) -> None:
        self._headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._uses_proxy = not address.is_private
        # Without encryption there is nobody to trust, and reading the authorities takes its time.
        self._trust = (
            httpx.create_ssl_context()
            if address.is_encrypted
            else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        )

    def open(self) -> httpx.AsyncClient:
        """Connections for one event loop; whoever opens them gives each request its time limit.

        Raises:
            ValueError: if the environment names a proxy that can't be used.
            ImportError: if that proxy needs a package that is not there.
        """
        return httpx.AsyncClient(
            headers=self._headers,
            verify=self._trust,
            trust_env=self._uses_proxy,
            timeout=httpx.Timeout(None, connect=_CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=None),
        )


async def exchange(http: httpx.AsyncClient, url: str, body: Body | None) -> Reply | Fault:
    """GET, or POST where there is a body; what comes back, or why nothing does."""
    try:
        async with http.stream("GET" if body is None else "POST", url, json=body) as response:
            if response.headers.get("Content-Encoding", "identity") != "identity":
                return Fault("compresses what was to come as it is")
            content = await _read(response)
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        return _explain(error)
    except (httpx.TransportError, OSError) as error:
        return Fault(f"broke off ({_name(error)})", passes=True)
    if content is None:
        return Fault(f"answers with more than {MOST_BYTES // 1_000_000} MB", is_servers=False)
    return Reply(
        response.status_code,
        content,
        response.headers.get("Retry-After"),
        response.headers.get("Location"),
    )


async def _read(response: httpx.Response) -> bytes | None:
    content = bytearray()
    async for piece in response.aiter_raw():
        content += piece
        if len(content) > MOST_BYTES:
            return None
    return bytes(content)


def _explain(error: httpx.TransportError) -> Fault:
    if "CERTIFICATE_VERIFY_FAILED" in str(error) or isinstance(error.__cause__, ssl.SSLError):
        return Fault(f"can't be trusted ({_name(error)})")
    return Fault(f"can't be reached ({_name(error)})", passes=True)


def _name(error: Exception) -> str:
    return str(error).rstrip(".")[:200] or type(error).__name__
