"""Makes the fonts of the default theme: what our pages need of two families, as WOFF2.

Both families are under the SIL Open Font License, whose texts stand beside the fonts. Neither has a reserved name.

    git clone https://github.com/googlefonts/literata && git -C literata checkout 0c2761b   # Literata 3.103
    npm install @expo-google-fonts/jetbrains-mono@0.4.1                                     # JetBrains Mono 2.211
    pip install fonttools==4.68.0 brotli==1.2.1
    python3 tools/fonts/subset.py literata/fonts/variable node_modules/@expo-google-fonts/jetbrains-mono

The same versions give the same bytes. What a file holds is said once more by `unicode-range` in `tokens.css`, with fewer and
wider ranges, since each page has them in itself: a letter that a face lacks is taken from the next one.

Literata is kept at one optical size, and the upright one with its weights from 400 to 600: text, titles and bold. Small
capitals are kept for the letters of Western Europe only, since labels are set in them and nothing else is.
"""

import io
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FONTS = Path(__file__).resolve().parents[2] / "themes/default/fonts"
# All files together; more is slower to load than a page is to read.
MAX_BYTES = 90_000

# Latin, its supplement and its first extension; punctuation, signs and arrows.
TEXT = "20-7E,A0-17F,192,218-21B,2C6-2C7,2D8-2DD,1E9E,2002-200A,2010-2015,2018-201E,2020-2022,2026,202F-2030,2032-2033," \
       "2039-203A,2044,20AC,2116,2122,2190-2193,2212,2215,221E,2248,2260,2264-2265"
# Code also draws boxes and trees of files.
CODE = TEXT + ",2500-257F,2580,2584,2588,2591-2593,25A0,25B2,25B6,25BC,25C0,25CF"

SMALL_CAPITALS = set(map(ord, "abcdefghijklmnopqrstuvwxyzàâäçèéêëîïñôöùûü"))
FEATURES = ["kern", "liga", "mark", "ccmp", "locl", "onum"]


def main(literata, mono):
    upright = literata / "Literata[opsz,wght].ttf"
    italic = literata / "Literata-Italic[opsz,wght].ttf"
    [regular] = mono.glob("400Regular/*.ttf")
    write("literata.woff2", instance(upright, wght=(400, 600)), TEXT, [*FEATURES, "lnum", "tnum", "smcp"])
    write("literata-italic.woff2", instance(italic, wght=400), TEXT, FEATURES)
    write("jetbrains-mono.woff2", TTFont(regular, recalcTimestamp=False), CODE, ["mark", "ccmp"])
    n_bytes = sum(path.stat().st_size for path in FONTS.glob("*.woff2"))
    print(f"{n_bytes} bytes in all")
    assert n_bytes <= MAX_BYTES, f"more than {MAX_BYTES}: leave something out"


def instance(path, wght):
    """A variable font at the optical size of running text, with all or one of its weights."""
    font = TTFont(path, recalcTimestamp=False)
    font = instancer.instantiateVariableFont(font, {"opsz": 16, "wght": wght})
    # Written and read once: a subset can't be made of tables that are half loaded.
    buffer = io.BytesIO()
    font.save(buffer)
    return TTFont(buffer, recalcTimestamp=False)


def write(name, font, ranges, features):
    keep_small_capitals(font)
    options = subset.Options(
        flavor="woff2", hinting=False, layout_features=features, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14], notdef_outline=True,
        drop_tables=[*subset.Options._drop_tables_default, "DSIG", "meta"],
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(ranges))
    subsetter.subset(font)
    subset.save_font(font, FONTS / name, options)
    print(f"{name}: {(FONTS / name).stat().st_size} bytes, {len(font.getGlyphOrder())} glyphs")


def keep_small_capitals(font):
    """Leaves the small capitals out that labels don't need."""
    letters = {font.getBestCmap().get(code) for code in SMALL_CAPITALS}
    table = font["GSUB"].table
    for record in table.FeatureList.FeatureRecord:
        if record.FeatureTag != "smcp":
            continue
        for lookup in (table.LookupList.Lookup[index] for index in record.Feature.LookupListIndex):
            for part in lookup.SubTable:
                part = getattr(part, "ExtSubTable", part)
                if hasattr(part, "mapping"):
                    part.mapping = {letter: small for letter, small in part.mapping.items() if letter in letters}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
