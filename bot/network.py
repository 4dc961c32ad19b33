"""By which way each outbound request leaves: proxies, exceptions from them and trusted certificates, as the environment has them.

One reading for every client (aiohttp, websockets, httpx): each of them reads the same variables in its own way, some not at all.
"""

from __future__ import annotations

import ipaddress
import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import SplitResult, quote, unquote, urlsplit

import certifi

from bot.errors import SettingsError

SCHEMES = {"https": "https", "wss": "https", "http": "http", "ws": "http"}
"""Which variable counts for an address; a WebSocket is opened through the proxy of the scheme that it begins as."""

PORTS = {"https": 443, "http": 80}

WRITE_IT = "write it as http://host:port, with what is special in a password percent-encoded"


@dataclass(frozen=True, slots=True)
class Proxy:
    """One proxy. `url` may hold a password, so it is never shown; `problem` says why it cannot be used, empty if it can."""

    setting: str
    url: str = field(repr=False)
    shown: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Exemption:
    """One entry of NO_PROXY: a host with all below it, or a range of addresses; at one port, or at all."""

    host: str = ""
    net: ipaddress.IPv4Network | ipaddress.IPv6Network | None = None
    port: int | None = None

    def covers(self, host: str, port: int) -> bool:
        """Whether it is about that host (lower case, without brackets) at that port."""
        if self.port not in (None, port):
            return False
        if self.net is None:
            return host == self.host or host.endswith(f".{self.host}")
        try:
            return ipaddress.ip_address(host) in self.net
        except ValueError:  # a name; it is not resolved for this, as no client does
            return False


class Network:
    """The ways out. Without arguments every request goes directly, and the usual certificates are trusted."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        """`values` is an environment; an empty value counts as unset, a name in small letters before one in capitals.

        Nothing is refused here: `check` does, for what is really needed.
        """
        found = {name: text.strip() for name, text in (values or {}).items() if text.strip()}
        self._proxies = {scheme: proxy for scheme in ("https", "http") if (proxy := _proxy_of(found, scheme)) is not None}
        self._everywhere, self._exemptions, self.ignored = _exemptions_of(_first(found, "no_proxy")[1])
        self._files = _first(found, "ssl_cert_file")[1], _first(found, "ssl_cert_dir")[1]
        self._keylog = found.get("SSLKEYLOGFILE", "")

    def __repr__(self) -> str:
        return f"<Network {self._proxies}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Network) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((self._files, self._keylog, self._exemptions))

    def proxy_for(self, url: str) -> str | None:
        """The proxy through which a request to `url` goes, with its credentials; None if it goes directly."""
        proxy = self._proxy(url)
        return proxy.url if proxy else None

    def _proxy(self, url: str) -> Proxy | None:
        try:
            parts = urlsplit(url)
            scheme = SCHEMES.get(parts.scheme, "https")
            host, port = (parts.hostname or "").rstrip("."), parts.port or PORTS[scheme]
        except ValueError:  # no address at all: whoever sends to it says so
            return None
        proxy = self._proxies.get(scheme)
        if proxy is None or self._everywhere or not host:
            return None
        return None if any(each.covers(host, port) for each in self._exemptions) else proxy

    @property
    def tls(self) -> ssl.SSLContext:
        """What makes a server's certificate trusted. Raises SettingsError for files that cannot be read."""
        return _tls(*self._files, self._keylog)

    def check(self, targets: Mapping[str, str]) -> None:
        """Raise SettingsError, a line for each, if something that requests to these addresses need cannot be used."""
        used = [proxy for url in targets.values() if (proxy := self._proxy(url)) is not None]
        problems = {f"{proxy.setting} {proxy.problem}" for proxy in used if proxy.problem}
        try:
            _ = self.tls
        except SettingsError as why:
            problems.add(str(why))
        if problems:
            raise SettingsError("\n".join(sorted(problems)))

    def describe(self, targets: Mapping[str, str]) -> str:
        """One line: which of these addresses are reached through which proxy, and what is trusted. Never a password."""
        ways: dict[str, list[str]] = {}
        for name, url in targets.items():
            proxy = self._proxy(url)
            ways.setdefault(f"through {proxy.shown} ({proxy.setting})" if proxy else "directly", []).append(name)
        said = "; ".join(f"{', '.join(names)} {way}" for way, names in ways.items())
        file, folder = self._files
        trusted = " and ".join(each for each in (file, folder) if each) or "the system's and certifi's"
        ignored = f"; not understood in NO_PROXY: {', '.join(self.ignored)}" if self.ignored else ""
        return f"{said}; trusted certificates: {trusted}{ignored}"


def _first(found: Mapping[str, str], name: str) -> tuple[str, str]:
    """The variable of that name, in small letters or in capitals, and its value."""
    return next(((each, found[each]) for each in (name, name.upper()) if each in found), ("", ""))


def _proxy_of(found: Mapping[str, str], scheme: str) -> Proxy | None:
    for name in (f"{scheme}_proxy", "all_proxy"):
        setting, text = _first(found, name)
        if setting:
            return _read_proxy(setting, text)
    return None


def _read_proxy(setting: str, text: str) -> Proxy:
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        port = PORTS.get(parts.scheme, 1080) if parts.port is None else parts.port
        host = parts.hostname or ""
    except ValueError:  # a port that is none, an address that is none
        return Proxy(setting, "", problem=f"is not a proxy's address: {WRITE_IT}.")
    if parts.scheme.startswith("socks"):
        return Proxy(
            setting, "", problem="names a SOCKS proxy, which cannot be used here: name an HTTP proxy, as http://host:port."
        )
    odd = not port or not re.fullmatch(r"[A-Za-z0-9._:-]+", host) or parts.path not in ("", "/") or parts.query or parts.fragment
    if odd or parts.scheme not in ("http", "https") or re.search(r"[\s\x00-\x1f\x7f]", text):
        return Proxy(setting, "", problem=f"is not a proxy's address: {WRITE_IT}.")
    if parts.scheme == "https":  # TLS within TLS: the event loops and clients differ in whether they can
        return Proxy(
            setting, "", problem="names a proxy that is itself reached by TLS, which cannot be used here: name it as http://."
        )
    shown = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}"
    return Proxy(setting, shown.replace("://", f"://{_credentials(parts)}", 1), shown)


def _credentials(parts: SplitResult) -> str:
    """User and password as every client takes them; websockets refuses a user without a password."""
    if parts.username is None:
        return ""
    user, password = (quote(unquote(each or ""), safe="") for each in (parts.username, parts.password))
    return f"{user}:{password}@"


def _exemptions_of(text: str) -> tuple[bool, tuple[Exemption, ...], tuple[str, ...]]:
    """Whether everything is an exception; the exceptions; the words that say nothing."""
    words = [word for word in re.split(r"[\s,]+", text) if word]
    read = {word: _exemption(word) for word in words if word != "*"}
    return "*" in words, tuple(each for each in read.values() if each), tuple(word for word, each in read.items() if not each)


def _exemption(word: str) -> Exemption | None:
    """As curl has them: a name with or without a dot or `*.` in front, an address with or without brackets, a range, a port."""
    bare = word.rpartition("://")[2].lower()
    try:
        return Exemption(net=ipaddress.ip_network(bare, strict=False))
    except ValueError:
        pass
    fits = re.fullmatch(r"(?:\[(?P<six>[0-9a-f:.]+)\]|(?:\*?\.)?(?P<name>[\w.-]+?)\.?)(?::(?P<port>\d{1,5}))?", bare)
    if fits is None:
        return None
    port = int(fits["port"]) if fits["port"] else None
    try:
        return Exemption(net=ipaddress.ip_network(fits["six"] or fits["name"]), port=port)
    except ValueError:
        return Exemption(host=fits["name"], port=port) if fits["name"] else None


@lru_cache(maxsize=8)
def _tls(file: str, folder: str, keylog: str) -> ssl.SSLContext:
    """Only what the variables name, if they name anything; else the system's certificates, and certifi's where it has none."""
    try:
        context = ssl.create_default_context(cafile=_bundle(file), capath=_folder(folder))
        if not file and not folder:
            context.load_verify_locations(certifi.where())
    except OSError as error:  # an SSLError is one; what is left is the file that every context writes its keys to
        raise SettingsError(f"SSLKEYLOGFILE names {keylog}, which cannot be written ({error.strerror}): unset it.") from error
    return context


def _bundle(file: str) -> str | None:
    """The file, if it holds certificates."""
    if not file:
        return None
    try:
        with Path(file).open("rb"):
            pass
        probe = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        probe.load_verify_locations(cafile=file)
    except ssl.SSLError:
        raise SettingsError(f"SSL_CERT_FILE names {file}, which holds no certificates: name a bundle in PEM form.") from None
    except OSError as error:
        raise SettingsError(f"SSL_CERT_FILE names {file}, which cannot be read ({error.strerror}): correct or unset it.") from None
    return file


def _folder(folder: str) -> str | None:
    """The folders (separated as in PATH), if there are certificates under the names by which OpenSSL looks for them."""
    if not folder:
        return None
    for each in folder.split(os.pathsep):
        try:
            names = os.listdir(each)
        except OSError as error:
            raise SettingsError(
                f"SSL_CERT_DIR names {each}, which cannot be read ({error.strerror}): correct or unset it."
            ) from None
        if not any(re.fullmatch(r"[0-9a-f]{8}\.\d+", name) for name in names):
            raise SettingsError(f"SSL_CERT_DIR names {each}, in which OpenSSL finds no certificates: run openssl rehash there.")
    return folder


def slack_targets(api_url: str, *, socket_mode: bool) -> dict[str, str]:
    """Every kind of address at Slack that is sent to, by what it is for; only the first is a setting, Slack tells the others."""
    parts = urlsplit(api_url)
    base = f"{parts.scheme}://{parts.netloc}/"
    real = (parts.hostname or "").endswith("slack.com")
    targets = {
        "Slack's Web API": api_url,
        "answers": "https://hooks.slack.com/" if real else base,
        "uploads": "https://files.slack.com/" if real else base,
    }
    if socket_mode:
        targets["Socket Mode"] = "wss://wss-primary.slack.com/" if real else base.replace("http", "ws", 1)
    return targets
