"""A saved listing page gives its papers as they stand, and none of its furniture."""

from __future__ import annotations

from recommender.ingest.read import Item, Record, Skipped, detect, read_text
from recommender.papers import Paper

HEADER = "Get trending papers in your email inbox once a day!\nGet trending papers in your email inbox!\n"
LONG = "We study lamps & their light where x < y, at $5 apiece.  " * 7 + "It works."


def items(text: str) -> list[Item]:
    return list(read_text(text, "listing"))


def papers(text: str) -> list[tuple[int, str, str]]:
    found = items(text)
    assert all(isinstance(item, Record) for item in found), found
    return [(item.line, item.paper.title, item.paper.abstract) for item in found]


def test_titles_and_abstracts_alternate_below_the_header():
    text = f"{HEADER}SubscribeLamps: A Survey\n{LONG}\nOn Light\n{LONG}"
    assert papers(text) == [(3, "Lamps: A Survey", LONG), (5, "On Light", LONG)]
    assert items(text)[0] == Record(Paper(title="Lamps: A Survey", abstract=LONG), 3, "listing")


def test_only_the_first_title_loses_a_glued_button():
    text = f"SubscribeLamps\n{LONG}\nSubscribeX: A Dataset\n{LONG}"
    assert [title for _, title, _ in papers(text)] == ["Lamps", "SubscribeX: A Dataset"]


def test_a_title_about_subscribers_stays_whole():
    assert papers(f"Subscribers Leave\n{LONG}")[0][1] == "Subscribers Leave"


def test_blank_lines_and_a_button_on_its_own_line_do_not_shift_the_pairs():
    text = f"{HEADER}\nSubscribe\n\nLamps at Night\n\n{LONG}\n\n\nOn Light\n{LONG}\n\n"
    assert [(title, abstract) for _, title, abstract in papers(text)] == [
        ("Lamps at Night", LONG),
        ("On Light", LONG),
    ]


def test_footer_lines_are_furniture():
    text = f"Lamps at Night\n{LONG}\n12\nPrevious\nNext\n© Some Page\nPrivacy"
    assert len(papers(text)) == 1


def test_a_missing_abstract_does_not_shift_the_pairs():
    text = f"Lamps at Night\nOn Light\n{LONG}\nLast Words"
    assert papers(text) == [(1, "Lamps at Night", ""), (2, "On Light", LONG), (4, "Last Words", "")]


def test_a_short_sentence_is_the_abstract_of_the_title_above():
    sentence = "We show that lamps give light in the dark."
    assert papers(f"Lamps at Night\n{sentence}\nOn Light\n{LONG}")[0] == (1, "Lamps at Night", sentence)


def test_an_abstract_without_a_title_is_reported():
    first, second, third = items(f"Lamps at Night\n{LONG}\n{LONG}\nOn Light\n{LONG}")
    assert isinstance(first, Record)
    assert second == Skipped(3, "An abstract without a title above it. Put the title on the line before.")
    assert isinstance(third, Record)


def test_a_stray_word_is_no_paper():
    assert items(f"Lamps at Night\n{LONG}\nFooter")[1] == Skipped(
        3, "Neither a title nor an abstract. Remove the line."
    )


def test_a_line_over_the_limit_is_skipped_alone():
    found = list(read_text(f"On Light\n{LONG}\n{'x' * 200_000}\nLamps\n{LONG}", "listing", max_record=1000))
    assert [type(item) for item in found] == [Record, Skipped, Record]


def test_the_page_is_known_by_its_furniture_or_by_its_lines():
    assert detect(f"{HEADER}SubscribeLamps: A Survey\n{LONG}") == "listing"
    assert detect(f"Lamps at Night\n{LONG}\n\nOn Light\n{LONG}\n") == "listing"
