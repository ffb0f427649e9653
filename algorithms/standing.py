"""Where a record stands: concept, ter beoordeling, public, withdrawn; and what publishing it now would do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from algorithms import document
from algorithms.document import Document, Problem
from algorithms.models import Algorithm, Listing, Publication, Stage


class State(models.TextChoices):
    DRAFT = "concept", gettext_lazy("concept")
    SUBMITTED = "ter-beoordeling", gettext_lazy("ter beoordeling")
    PLANNED = "ingepland", gettext_lazy("ingepland")
    PUBLIC = "gepubliceerd", gettext_lazy("gepubliceerd")
    CHANGED = "gewijzigd", gettext_lazy("gewijzigd sinds publicatie")
    WITHDRAWN = "ingetrokken", gettext_lazy("ingetrokken")


def with_state(algorithms: QuerySet[Algorithm]) -> QuerySet[Algorithm]:
    """Add `state` and `public_version`, in the same query.

    For lists: "changed" is told by digests, and by the clock for a draft from before there were any. `Standing`
    compares the texts themselves.
    """
    listing = Listing.objects.filter(lars=OuterRef("lars"))
    return algorithms.annotate(
        public_version=Subquery(listing.values("version")[:1]),
        public_since=Subquery(listing.values("published_at")[:1]),
        was_public=Exists(Publication.objects.filter(lars=OuterRef("lars"))),
    ).annotate(
        state=Case(
            When(stage=Stage.SUBMITTED, then=Value(State.SUBMITTED.value)),
            When(stage=Stage.PLANNED, then=Value(State.PLANNED.value)),
            When(was_public=False, then=Value(State.DRAFT.value)),
            When(public_version=None, then=Value(State.WITHDRAWN.value)),
            When(digest="", updated_at__gt=F("public_since"), then=Value(State.CHANGED.value)),
            When(~Q(digest="") & ~Q(digest=F("public_digest")), then=Value(State.CHANGED.value)),
            default=Value(State.PUBLIC.value),
        )
    )


def words_of(state: str, version: int | None) -> str:
    """Return "gepubliceerd (versie 3)"; a record that is not public has no version to tell."""
    label = str(State(state).label)
    return _("%(state)s (versie %(version)s)") % {"state": label, "version": version} if version else label


@dataclass
class Standing:
    """One record: what is public of it and what publishing it now would do. `digest` is a hash of the saved draft."""

    state: State
    version: int | None  # public now
    published_at: datetime | None
    next_version: int
    problems: list[Problem]
    slug: str
    lars: str
    draft: Document
    public: Document | None  # the content the public reads now
    digest: str

    @classmethod
    def of(cls, algorithm: Algorithm) -> Standing:
        document.with_rows([algorithm])
        draft = document.build(algorithm)
        last = Publication.objects.versions(algorithm.lars).first()
        row = Listing.objects.filter(lars=algorithm.lars).select_related("publication").first()
        public = document.content(json.loads(row.publication.document)) if row else None
        if algorithm.stage == Stage.SUBMITTED:
            state = State.SUBMITTED
        elif algorithm.stage == Stage.PLANNED:
            state = State.PLANNED
        elif last is None:
            state = State.DRAFT
        elif row is None:
            state = State.WITHDRAWN
        else:
            state = State.PUBLIC if public == draft else State.CHANGED
        return cls(
            state=state,
            version=row.version if row else None,
            published_at=row.published_at if row else None,
            next_version=last.version + 1 if last else 1,
            problems=document.problems(draft),
            slug=row.slug if row else "",
            lars=algorithm.lars,
            draft=draft,
            public=public,
            digest=document.digest(draft),
        )

    @property
    def words(self) -> str:
        return words_of(self.state, self.version)

    @property
    def blocking(self) -> list[Problem]:
        """What stands in the way of publication by a person."""
        return [problem for problem in self.problems if problem.level != document.WARNING]

    @property
    def missing(self) -> list[tuple[str, Problem]]:
        """`blocking` with the id of the form field that mends it."""
        return [(f"id_{problem.key.partition('.')[0]}", problem) for problem in self.blocking]

    @property
    def warnings(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.level == document.WARNING]

    @property
    def is_public(self) -> bool:
        return self.version is not None

    @property
    def is_unchanged(self) -> bool:
        return self.public == self.draft

    @property
    def public_address(self) -> str:
        return f"/algoritmes/{self.lars}/{self.slug}/" if self.is_public else ""
