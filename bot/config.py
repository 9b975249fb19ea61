"""Settings, read once from the environment and ``.env``; nothing else reads either."""

import re
from datetime import time
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv.parser import parse_stream
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.zones import list_zones
from data.backfill import DEFAULT_BACKFILL_DAYS, MAX_BACKFILL_DAYS

# As Telegram hands tokens out; anything looser would let a typing slip pass for one.
TOKEN_PATTERN = r"^[0-9]{5,20}:[A-Za-z0-9_-]{30,50}$"  # noqa: S105  # a pattern


class ConfigError(ValueError):
    """Settings that can't be used; the message names each one and what is wrong with it."""


class Settings(BaseSettings):
    """What an operator can set; each field is documented in ``.env.example``."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    telegram_token: SecretStr | None = None
    state_dir: Path = Path("var")
    feeds_file: Path | None = None
    admin_ids: Annotated[tuple[int, ...], NoDecode] = ()
    summary_engine: Literal["auto", "extract", "transformer", "remote"] = "auto"
    summary_model: str | None = None
    summary_revision: str | None = None
    summary_memory_mb: int | None = Field(default=None, ge=256)
    summary_idle_minutes: float = Field(default=30, ge=0, le=10_080)
    remote_url: str | None = None
    remote_key: SecretStr | None = None
    remote_concurrency: int = Field(default=4, ge=1, le=256)
    remote_timeout: float = Field(default=120, ge=1, le=3_600)
    digest_time: time = time(8)
    time_zone: str = "Asia/Hong_Kong"
    digest_late_hours: float = Field(default=6, ge=0, le=168)
    sends_per_second: float = Field(default=25, ge=0.1, le=1_000)
    sends_in_flight: int = Field(default=4, ge=1, le=32)
    ingest_minutes: int = Field(default=10, ge=1, le=720)
    backfill_days: int = Field(default=DEFAULT_BACKFILL_DAYS, ge=0, le=MAX_BACKFILL_DAYS)
    local_chat_port: int = Field(default=8090, ge=0, le=65535)
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("telegram_token")
    @classmethod
    def _check_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not re.match(TOKEN_PATTERN, token.get_secret_value()):
            raise ValueError(
                "this is not a bot token; @BotFather gives one like 123456789:AbC… (leave it "
                "empty for the local chat)"
            )
        return token

    @field_validator("admin_ids", mode="before")
    @classmethod
    def _check_admin_ids(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        names = [name.strip() for name in value.split(",") if name.strip()]
        if not all(re.fullmatch(r"[1-9][0-9]{0,18}", name) for name in names):
            raise ValueError(
                "must be Telegram ids of people, with commas between them: numbers, not @names"
            )
        return tuple(map(int, names))

    @field_validator("remote_url")
    @classmethod
    def _check_remote_url(cls, url: str | None) -> str | None:
        if url is not None:
            parts = urlsplit(url)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError("must be an address such as http://127.0.0.1:8000/v1")
            if parts.username or parts.password:
                raise ValueError("must not hold a user name or password; use REMOTE_KEY")
        return url

    @field_validator("time_zone")
    @classmethod
    def _check_time_zone(cls, name: str) -> str:
        if name not in list_zones():
            raise ValueError(f"“{name}” is no time zone; use an IANA name such as Asia/Hong_Kong")
        return str(ZoneInfo(name).key)

    @field_validator("digest_time", mode="before")
    @classmethod
    def _check_digest_time(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        # No seconds and no offset: the time is in TIME_ZONE, and a reader's own is in minutes too.
        if not re.fullmatch(r"([01]?[0-9]|2[0-3]):[0-5][0-9]", value.strip()):
            raise ValueError("must be a time of day such as 08:00")
        return time.fromisoformat(value.strip().zfill(5))

    @field_validator("log_level", "summary_engine", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    def list_secrets(self) -> list[str]:
        """What must never stand in a log, beside bot tokens, which are known by their form."""
        return [self.remote_key.get_secret_value()] if self.remote_key else []


def read_settings(env_file: Path = Path(".env")) -> Settings:
    """The settings of the environment, and of ``.env`` for what the environment lacks.

    Raises:
        ConfigError: if a setting is malformed; the message names each, never a token.
    """
    _check_env_file(env_file)
    try:
        return Settings(_env_file=env_file, _env_file_encoding="utf-8")
    except ValidationError as error:
        faults = [
            f"{_name(fault['loc'])}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors()
        ]
        raise ConfigError("\n".join(faults)) from None


def _check_env_file(env_file: Path) -> None:
    """Lines that the reader of ``.env`` would pass over in silence are named instead.

    Raises:
        ConfigError: if the file can't be read, a line is no setting, or a name is a slip for one.
    """
    if not env_file.exists():
        return
    try:
        bindings = list(parse_stream(StringIO(env_file.read_text("utf-8"))))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"{env_file}: can't be read ({reason})") from None
    names = [name.upper() for name in Settings.model_fields]
    for binding in bindings:
        if binding.error:
            raise ConfigError(
                f"{env_file}, line {binding.original.line}: not of the form NAME=value; is a "
                "quotation mark left open?"
            )
        slips = get_close_matches((binding.key or "").upper(), names, n=1, cutoff=0.8)
        if slips and binding.key and binding.key.upper() not in names:
            raise ConfigError(
                f"{env_file}, line {binding.original.line}: there is no setting {binding.key}; "
                f"did you mean {slips[0]}?"
            )


def _name(location: tuple[str | int, ...]) -> str:
    return str(location[0]).upper() if location else "settings"
