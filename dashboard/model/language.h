// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLocale>
#include <QStringList>

/// The language of the window. Only what draws or tells something to a person here is translated: what goes over the
/// wire, into logs and into files is English.
namespace Hephaestus {

/// Those that there is a catalogue of, as codes of ISO 639: `de`, `en`.
QStringList languages();

/// What its speakers call it: `Deutsch`, `English`.
QString nameOfLanguage(const QString &language);

/// The one to show: `chosen`, else the first of `wanted` (as `de-DE`), else English. Always one of languages().
QString languageFor(const QString &chosen, const QStringList &wanted = QLocale::system().uiLanguages());

/// From now on texts, numbers and times are in `language`, and what Qt says itself is, if its translations are
/// installed. Windows that are there keep theirs. In the main thread only, with an application object, which is in
/// English before the first call.
void useLanguage(const QString &language);

/// The one that was set last.
QString currentLanguage();

/// Between a number and its fraction in that language.
QChar decimalPoint();

} // namespace Hephaestus
