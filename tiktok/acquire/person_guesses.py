"""Columns in which somebody guessed what a person is: left out when a file is read, and never shown.

Some copies of these tables carry gender, age or ethnicity, entered by hand by someone who looked at pictures.
Nothing here needs that, and no client may be judged by it.
"""

import re
from collections.abc import Iterable

import pandas as pd

WORDS_OF_GUESSES = (
    "gender genders sex sexes male males female females man men woman women pronoun pronouns nonbinary "
    "ages aged birth birthday birthdate birthyear birthplace born dob generation minor adult teen teenager "
    "ethnicity ethnicities ethnic race races racial caste tribe skin nationality nationalities ancestry "
    "religion religions religious faith sexuality sexual lgbt lgbtq queer gay lesbian straight transgender "
    "attractive attractiveness attractivity hotness physique disability disabilities "
    "marital married politics political "
    # as other languages head such columns
    "geschlecht alter ethnie genero género sexo edad idade etnia raza raça religión religião sexe âge"
)
GUESSES = set(WORDS_OF_GUESSES.split())
# in words that were run together, of which no other word of a header is a part
WITHIN = re.compile(r"gender|ethnic|religio|sexual|attractiv|birth(?:day|date|year)")
PERSON = r"(?:user|creator|person|author|influencer|tiktoker|audience|follower|viewer|fan)s?"
OF_PERSON = re.compile(PERSON)
AGE = re.compile(rf"(?:{PERSON}|est|estimated|real)?age(?:group|range|bracket|band|years?|yrs|s)?")
# an age of these is of no person, an orientation of these is a shape, and who disables these isn't disabled
NO_PERSON = {
    "age": "video videos post posts clip account channel profile page data scrape ms s sec secs second "
    "seconds min mins minute minutes h hr hrs hour hours d day days week weeks month months",
    "orientation": "video videos screen picture image layout page",
    "disabled": "comment comments duet duets stitch download downloads share shares ads",
}
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def leave_out_guesses(raw: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Give a table without such columns, and the headers of those left out."""
    guesses = [is_guess(label) for label in raw.columns]
    if not any(guesses):
        return raw, []
    kept = raw.loc[:, [not guess for guess in guesses]]
    kept.attrs = raw.attrs
    return kept, raw.columns[guesses].tolist()


def is_guess(label: object) -> bool:
    """Tell whether a header speaks of what a person is, rather than of what they did."""
    words = re.findall(r"[^\W\d_]+", CAMEL.sub(" ", str(label)).casefold())
    return any(_is_guess(word, words) for word in words)


def _is_guess(word: str, words: Iterable[str]) -> bool:
    if word in NO_PERSON and not any(map(OF_PERSON.fullmatch, words)):
        return not set(NO_PERSON[word].split()) & set(words)
    return word in GUESSES or word in NO_PERSON or bool(AGE.fullmatch(word) or WITHIN.search(word))
