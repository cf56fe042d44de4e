"""The health texts: complete in every language, calm, and saying no more than the guidance."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import tomli

from parts.own_words import guidance_windows, windows

CATALOGUE = Path(__file__).parents[2] / "src" / "nightcare" / "i18n"

LANGUAGES = ("en", "da")
MOMENTS = {"morning", "day", "evening", "any"}
LEAST_TIPS = {
    "hydration": 8,
    "stretching": 8,
    "blanket": 6,
    "nutrition": 5,
    "exercise": 5,
    "pacing": 5,
    "sleep": 5,
}
SECTIONS = {
    "Understanding Leg Cramps",
    "Relieving Leg Cramps at Night",
    "Stretching and Massaging",
    "Applying Heat or Cold",
    "Using Pain Medication",
    "Preventing Leg Cramps at Night",
    "Stay Hydrated",
    "Ensure Proper Nutrition",
    "Exercise Regularly",
    "Avoid Overexertion",
    "Practice Good Sleep Habits",
    "When to Seek Medical Advice",
    "Conclusion",
    "Hvad er årsagerne til kramper i benene om natten?",
    "Hvordan kan dehydrering bidrage til natlige kramper i benene?",
    "Hvilke elektrolytubalancer kan bidrage til natlige kramper i benene?",
    "Hvordan kan manglende fysisk aktivitet være forbundet med natlige kramper i benene?",
    "Hvordan kan muskelspænding forårsage natlige kramper i benene?",
    "Hvorfor oplever gravide kvinder ofte kramper i benene om natten?",
    "Hvilke medicinbivirkninger kan forårsage natlige kramper i benene?",
    "Hvordan kan dårlig cirkulation bidrage til natlige kramper i benene?",
    "Hvad er nogle naturlige metoder til lindring af natlige kramper i benene?",
    "Hvornår bør jeg søge læge, hvis jeg oplever hyppige natlige kramper i benene?",
}

MORNING_WORDS = {
    "en": r"\bmorning\b|\bbreakfast\b|\b(start|begin) the day\b|\blast night\b",
    "da": r"(?<!\bi )\bmorgen|\bformiddag|\bbegynde? dagen\b",
}
EVENING_WORDS = {
    "en": r"\bevening\b|\btonight\b|\bbedtime\b|\bbefore bed\b|\bgood night\b|\btomorrow\b",
    "da": r"\w*aften|\bsengetid\b|\bgodnat\b|\bgår i seng\b|\bi morgen\b",
}
OTHER_TIME_WORDS = {
    "en": r"\btoday\b|\bthe day\b|\bnoon\b|\blunch\b|\bafternoon\b",
    "da": r"\bi dag\b|\bdagen\b|\bi nat\b|\bmiddag|\bfrokost|\beftermiddag",
}

HEDGES = {"en": r"\b(can|may|could|among)\b", "da": r"\b(kan|måske|blandt)\b"}
PROMISES = {
    "en": r"\b(will|prevents|cures?|guarantees?|always|never|must)\b",
    "da": r"\b(forebygger|fjerner|helbreder|garanterer|altid|aldrig|skal drikke|må ikke)\b",
}
AMOUNTS = {
    "en": r"\b(two|three|four|five|six|seven|eight|nine|ten|dozen|twice|times|half|lit(er|re)s?"
    r"|seconds?|minutes?|hours?|repeat)\b",
    "da": r"\b(to|tre|fire|fem|seks|syv|otte|ni|ti|par|gange|halv\w*|liter|sekunder|minut(ter)?"
    r"|timer?|gentag)\b",
}
REMEDIES = {
    "en": r"medic|pills?\b|tablet|ibuprofen|acetaminophen|paracetamol|quinine|supplement|vitamin",
    "da": r"medic|\bpille|tablet|ibuprofen|paracetamol|kinin|tilskud|vitamin|lægemid",
}


def read(name: str) -> dict[str, Any]:
    """Return the content of a file of the catalogue."""
    return tomli.loads((CATALOGUE / name).read_text(encoding="utf-8"))


def index_paths(index: dict[str, Any]) -> list[str]:
    """Return the paths of texts in the index, such as `routines.calf.steps.settle`."""
    paths = [
        f"{table}.{key}" for table in ("tips", "causes", "professional") for key in index[table]
    ]
    paths += [f"relief.{step['id']}" for step in index["relief"]["steps"]]
    for routine_id, routine in index["routines"].items():
        paths.append(f"routines.{routine_id}.name")
        paths += [f"routines.{routine_id}.steps.{step['id']}" for step in routine["steps"]]
    return paths


def flat(table: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Return the texts of a language by path, such as `tips.refill`."""
    texts: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            texts |= flat(value, f"{prefix}{key}.")
        else:
            texts[f"{prefix}{key}"] = value
    return texts


def health(language: str) -> dict[str, str]:
    """Return the health texts of a language by path, without its other texts."""
    others = ("calendar", "input", "texts")
    tables = read(f"{language}.toml")
    return flat({key: value for key, value in tables.items() if key not in others})


@pytest.fixture(scope="module")
def index() -> dict[str, Any]:
    """Read the language-free facts."""
    return read("index.toml")


@pytest.fixture(params=LANGUAGES, scope="module")
def language(request: pytest.FixtureRequest) -> str:
    """Return each language in turn."""
    return str(request.param)


@pytest.fixture(scope="module")
def texts(language: str) -> dict[str, str]:
    """Read all texts of the language by path."""
    return health(language)


@pytest.fixture(scope="module")
def tips(texts: dict[str, str]) -> dict[str, str]:
    """Return the tips of the language by id."""
    return {
        path.removeprefix("tips."): text for path, text in texts.items() if path.startswith("tips.")
    }


def test_each_language_has_a_text_for_everything_in_the_index_and_no_other(
    index: dict[str, Any], texts: dict[str, str]
) -> None:
    """The index and every language name the same texts, each once."""
    assert sorted(texts) == sorted(index_paths(index))


def test_both_languages_keep_the_order_of_the_index(
    index: dict[str, Any], texts: dict[str, str]
) -> None:
    """Somebody who compares two files finds the tips in the same places."""
    expected = [path for path in index_paths(index) if path.startswith("tips.")]
    assert [path for path in texts if path.startswith("tips.")] == expected


def test_the_source_is_named_by_site_and_title(index: dict[str, Any]) -> None:
    """A reader can find the guidance that all of this rests on."""
    assert index["source"] == {
        "site": "kropklog.dk",
        "title": "What Can I Do To Relieve or Prevent Leg Cramps at Night?",
    }


def test_every_section_is_a_heading_of_the_guidance(index: dict[str, Any]) -> None:
    """Nothing rests on a section that the guidance does not have."""
    stated = [
        entry["section"]
        for table in ("tips", "causes", "professional")
        for entry in index[table].values()
    ]
    stated += [step["section"] for step in index["relief"]["steps"]]
    stated += [routine["section"] for routine in index["routines"].values()]
    assert set(stated) <= SECTIONS


def test_every_topic_has_enough_tips_that_texts_vary(index: dict[str, Any]) -> None:
    """There are at least 44 tips, and of each topic enough not to repeat soon."""
    per_topic = Counter(tip["topic"] for tip in index["tips"].values())
    assert set(per_topic) == set(LEAST_TIPS)
    assert all(per_topic[topic] >= least for topic, least in LEAST_TIPS.items())
    assert per_topic.total() >= 44


def test_every_topic_has_a_tip_for_each_moment_its_reminder_may_come(index: dict[str, Any]) -> None:
    """Moments are of the four known, and each topic has a tip that suits any of them."""
    moments_of: dict[str, set[str]] = {topic: set() for topic in LEAST_TIPS}
    for tip in index["tips"].values():
        moments_of[tip["topic"]].add(tip["moment"])
    assert {moment for moments in moments_of.values() for moment in moments} == MOMENTS
    assert all("any" in moments for moments in moments_of.values())
    assert moments_of["hydration"] == MOMENTS
    assert moments_of["stretching"] >= {"day", "evening"}
    assert "evening" in moments_of["blanket"]


def test_a_tip_names_no_time_of_day_but_its_own(
    index: dict[str, Any], tips: dict[str, str], language: str
) -> None:
    """A morning tip does not speak of the evening, and one for any moment of no time at all."""
    morning, evening = MORNING_WORDS[language], EVENING_WORDS[language]
    foreign = {
        "morning": evening,
        "day": f"{morning}|{evening}",
        "evening": morning,
        "any": f"{morning}|{evening}|{OTHER_TIME_WORDS[language]}",
    }
    misplaced = {
        tip_id: found[0]
        for tip_id, text in tips.items()
        if (found := re.search(foreign[index["tips"][tip_id]["moment"]], text.casefold()))
    }
    assert misplaced == {}


def test_no_text_is_empty_loud_or_marked_up(texts: dict[str, str]) -> None:
    """Texts are trimmed single lines without exclamation marks, markup or control characters."""
    assert all(text and text == " ".join(text.split()) for text in texts.values())
    assert [path for path, text in texts.items() if re.search(r"[!<>&*_`\[\]{}\\#]", text)] == []
    assert all(text.isprintable() for text in texts.values())


def test_every_text_but_a_name_is_made_of_whole_sentences(texts: dict[str, str]) -> None:
    """Texts begin with a capital and end with a stop or a question mark."""
    assert [
        path
        for path, text in texts.items()
        if not text[:1].isupper() or text.endswith((".", "?")) == path.endswith(".name")
    ] == []


def test_every_text_fits_where_it_is_shown(texts: dict[str, str]) -> None:
    """A tip, a step, a routine's name and advice each stay within their length."""
    limits = {"tips": 160, "routines": 110, "relief": 200, "causes": 200, "professional": 200}
    assert [
        path for path, text in texts.items() if len(text) >= limits[path.partition(".")[0]]
    ] == []
    assert all(len(text) <= 40 for path, text in texts.items() if path.endswith(".name"))


def test_no_text_says_a_figure(texts: dict[str, str]) -> None:
    """The guidance gives no doses, lengths or repeats, so the texts have no digits."""
    assert [path for path, text in texts.items() if re.search(r"\d", text)] == []


def test_a_tip_names_no_amount_and_no_medicine(tips: dict[str, str], language: str) -> None:
    """A tip holds no figure in words and no medicine, supplement or other remedy."""
    forbidden = f"{AMOUNTS[language]}|{REMEDIES[language]}"
    assert [tip_id for tip_id, text in tips.items() if re.search(forbidden, text.casefold())] == []


def test_quinine_and_supplements_are_nowhere(texts: dict[str, str]) -> None:
    """Neither is advised in any text, not only in no tip."""
    forbidden = r"quinine|\bkinin|supplement|tilskud"
    assert [path for path, text in texts.items() if re.search(forbidden, text.casefold())] == []


def test_a_tip_about_cramps_keeps_the_hedge(tips: dict[str, str], language: str) -> None:
    """A possible effect in the guidance does not become a promise."""
    about_cramps = {tip_id: text for tip_id, text in tips.items() if re.search("cramp|kramp", text)}
    assert about_cramps
    assert [
        tip_id for tip_id, text in about_cramps.items() if not re.search(HEDGES[language], text)
    ] == []


def test_no_text_promises_or_commands(texts: dict[str, str], language: str) -> None:
    """No text says that something will help, and none scolds."""
    assert [
        path for path, text in texts.items() if re.search(PROMISES[language], text.casefold())
    ] == []


def test_no_two_texts_are_alike(texts: dict[str, str]) -> None:
    """Some servers drop a repeated text; only two routines may share a step."""
    alone = [text for path, text in texts.items() if ".steps." not in path]
    assert [text for text, count in Counter(alone).items() if count > 1] == []


def test_no_two_steps_of_a_routine_are_alike(index: dict[str, Any], texts: dict[str, str]) -> None:
    """Ids and texts are unique within a routine."""
    for routine_id, routine in index["routines"].items():
        ids = [step["id"] for step in routine["steps"]]
        of_routine = [texts[f"routines.{routine_id}.steps.{step_id}"] for step_id in ids]
        assert len(set(ids)) == len(set(of_routine)) == len(ids)


def test_there_are_routines_and_their_steps_take_whole_seconds(index: dict[str, Any]) -> None:
    """There are at least two routines, and each step has a length of at least five seconds."""
    assert {"calf", "quick"} <= set(index["routines"])
    for routine in index["routines"].values():
        assert len(routine["steps"]) > 1
        assert all(
            type(step["seconds"]) is int and step["seconds"] >= 5 for step in routine["steps"]
        )


def test_the_quick_routine_is_the_shortest(index: dict[str, Any]) -> None:
    """The routine that is called quick takes less time than any other."""
    lengths = {
        routine_id: sum(step["seconds"] for step in routine["steps"])
        for routine_id, routine in index["routines"].items()
    }
    quick = lengths.pop("quick")
    assert quick < min(lengths.values())


def test_a_step_for_one_side_says_which(
    index: dict[str, Any], texts: dict[str, str], language: str
) -> None:
    """A step marked left or right names that side and not the other, and takes both sides alike."""
    word = {
        "en": {"left": "left", "right": "right"},
        "da": {"left": "venstre", "right": "højre"},
    }[language]
    for routine_id, routine in index["routines"].items():
        for step in routine["steps"]:
            text = texts[f"routines.{routine_id}.steps.{step['id']}"]
            named = {side for side, name in word.items() if re.search(rf"\b{name}\b", text)}
            assert named == ({step["side"]} if "side" in step else set())
        lengths = Counter[str]()
        for step in routine["steps"]:
            lengths[step.get("side", "both")] += step["seconds"]
        assert lengths["left"] == lengths["right"]


def test_relief_goes_from_the_stretch_to_the_caution_about_medicine(index: dict[str, Any]) -> None:
    """At three in the morning the quickest help comes first and the medicine last."""
    assert [step["id"] for step in index["relief"]["steps"]] == [
        "stretch",
        "stand",
        "massage",
        "warmth",
        "cold",
        "pain-medicine",
    ]


def test_the_caution_about_medicine_names_the_dose_and_whom_to_ask(
    texts: dict[str, str], language: str
) -> None:
    """Medicine is not mentioned without the guidance's two conditions."""
    dose, ask = {
        "en": ("recommended dose", "health professional"),
        "da": ("anbefalede dosis", "læge"),
    }[language]
    assert dose in texts["relief.pain-medicine"]
    assert ask in texts["relief.pain-medicine"]


def test_a_cold_pack_is_always_wrapped(texts: dict[str, str], language: str) -> None:
    """Cold is not mentioned without the towel."""
    towel = {"en": "wrapped in a towel", "da": "pakket ind i et håndklæde"}[language]
    assert towel in texts["relief.cold"]


def test_danish_is_translated_and_not_left_in_english() -> None:
    """No Danish text equals the English one."""
    english, danish = health("en"), health("da")
    assert [
        path for path, text in danish.items() if text.casefold() == english[path].casefold()
    ] == []


def test_danish_uses_its_own_letters() -> None:
    """Danish is written with its own three letters, not with pairs of others in their place."""
    danish = " ".join(health("da").values()).casefold()
    assert all(letter in danish for letter in "æøå")
    assert re.findall(r"\w*(?:ae|aa)\w*", danish) == []


def test_no_run_of_eight_words_is_the_guidances_own(texts: dict[str, str]) -> None:
    """Every text is in our own words."""
    theirs = set(guidance_windows())
    assert [path for path, text in texts.items() if windows(text) & theirs] == []


def test_the_hashes_are_those_of_the_guidance(index: dict[str, Any]) -> None:
    """The file is sorted and whole, and the one run that we do quote, the title, is found in it."""
    theirs = guidance_windows()
    assert len(theirs) > 500
    assert theirs == sorted(set(theirs))
    assert all(re.fullmatch(r"[0-9a-f]{16}", line) for line in theirs)
    of_title = windows(index["source"]["title"])
    assert len(of_title) == 5
    assert of_title <= set(theirs)


def test_a_copied_run_of_eight_words_is_found_whatever_its_case_and_punctuation() -> None:
    """A run of eight is found inside another sentence, and a run of seven is not."""
    theirs = windows("Første linje: a lamp, a chair and a half-open door stood there.")
    assert windows("He saw «A LAMP; a chair» and a half open door.") & theirs
    assert not windows("He saw a lamp, a chair and a half closed door.") & theirs
