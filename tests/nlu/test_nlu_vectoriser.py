"""Our vectoriser gives scikit-learn's numbers."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from nlu.normal import normal
from nlu.training import misspelt
from nlu.training_data import PROJECT, read
from nlu.vectoriser import (
    CHAR_NGRAMS,
    WORD_NGRAMS,
    WORD_PATTERN,
    WORDS_SHARE,
    Vectoriser,
    char_ngrams,
    is_longest,
    longest_ngrams,
)

TEXTS = [normal(text) for texts in read(PROJECT).values() for text in texts[:30]]
ASKED = [*TEXTS[::7], "unknown слово here", "", "a", "a b", "send zsumz to zcardz", "send send send", "dont don't",
         "  spaces \t and\nlines  ", "i̇stanbul", "👍 ok"]  # fmt: skip


@pytest.fixture(scope="module")
def theirs():
    words = TfidfVectorizer(token_pattern=WORD_PATTERN, ngram_range=WORD_NGRAMS, sublinear_tf=True, lowercase=False)
    chars = TfidfVectorizer(analyzer="char_wb", ngram_range=CHAR_NGRAMS, sublinear_tf=True, lowercase=False)
    return words.fit(TEXTS), chars.fit(TEXTS)


@pytest.fixture(scope="module")
def ours(theirs):
    words, chars = theirs
    first = len(words.vocabulary_)
    shifted = {gram: row + first for gram, row in chars.vocabulary_.items()}
    idf = np.concatenate([words.idf_, chars.idf_])
    return Vectoriser(words.vocabulary_, shifted, idf, np.ones(len(idf), bool))


def test_the_weights_are_those_of_scikit_learn(theirs, ours):
    for text in ASKED:
        words, chars = (vectoriser.transform([text]).toarray()[0] for vectoriser in theirs)
        expected = np.concatenate([WORDS_SHARE * words, chars])
        seen = ours.read(text)
        actual = np.zeros(len(expected))
        actual[seen.rows] = seen.weights
        np.testing.assert_allclose(actual, expected, atol=1e-12, err_msg=text)


def test_words_of_the_examples_are_familiar_and_those_of_others_less_so(ours):
    assert ours.read(TEXTS[0]).familiar == 1
    assert 0 < ours.read(f"{TEXTS[0]} zhqwx").familiar < 1
    assert ours.read("zhqwx").familiar == ours.read("").familiar == 0


def test_the_longest_ngrams_are_those_that_are_the_longest():
    for text in [*TEXTS, *ASKED, "a ab abc abcd"]:
        assert longest_ngrams(text) == {gram for gram in char_ngrams(text) if is_longest(gram)}


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Send 50 to [card •1111]", "send  zsumz  to  zcardz "),
        ("переказати 200 грн на картку", "переказати  zsumz  на картку"),
        ("Поповнити 0501112233", "поповнити  zphonez "),
        ("п’ять", " zsumz "),
        ("Don’t", "don't"),
    ],
)
def test_numbers_become_words_of_their_own(text, seen):
    assert normal(text) == seen


def test_typos_are_the_same_each_time_and_leave_numbers_alone():
    assert misspelt("переказати гроші на картку мамі", 3) == misspelt("переказати гроші на картку мамі", 3)
    assert misspelt("переказати гроші на картку мамі", 3) != misspelt("переказати гроші на картку мамі", 4)
    assert misspelt("1234 5678", 1) == "1234 5678"
