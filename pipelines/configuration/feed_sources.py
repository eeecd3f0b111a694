"""The feeds and limits of the settings, as the feed readers take them."""

from pipelines.configuration.settings import FeedSettings, FetchSettings, Settings, SettingsError
from transforms.feeds.fetching import opml
from transforms.feeds.fetching.source import Limits, Source
from transforms.feeds.parsing.links import without_user


def feeds_of(settings: Settings) -> list[Source]:
    """Every feed of the settings, those of OPML files among them, each once.

    Raises:
        SettingsError: an OPML file cannot be used.
    """
    found: dict[str, Source] = {}
    for feed in settings.feeds:
        try:
            listed = opml.read(feed.opml) if feed.opml else [Source(feed.url or "")]
        except opml.OpmlError as error:
            raise SettingsError(str(error)) from None
        for source in listed:
            source = _with_settings(source, feed)
            found.setdefault(source.url, source)
    return list(found.values())


def _with_settings(source: Source, feed: FeedSettings) -> Source:
    """``source`` with what the settings say of it; user and password of its address are a header, and shown nowhere."""
    url, authorization = without_user(source.url)
    return source._replace(
        url=url,
        every_seconds=feed.every.total_seconds() if feed.every else None,
        full_text=feed.full_text,
        language=feed.language or source.language,
        timezone=feed.timezone,
        user_agent=feed.user_agent,
        headers={"Authorization": authorization, **feed.headers} if authorization else dict(feed.headers),
    )


def limits(fetch: FetchSettings) -> Limits:
    """The settings as the fetcher takes them."""
    return Limits(
        fetch.user_agent, fetch.allow_hosts, fetch.timeout.total_seconds(), fetch.max_bytes, fetch.connections,
        fetch.host_connections, fetch.host_spacing, fetch.max_entries, fetch.parse_seconds, fetch.keep_days,
    )  # fmt: skip
