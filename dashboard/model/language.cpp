// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/language.h"

#include <QCoreApplication>
#include <QDir>
#include <QLibraryInfo>
#include <QPointer>
#include <QTranslator>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

const QString Folder = u":/translations"_s;
const QString Prefix = u"hephaestus-dashboard_"_s;
const QString English = u"en"_s;

QString s_language = English;
QChar s_decimalPoint = u'.';
QList<QPointer<QTranslator>> s_translators;

/// Has texts with a number only, and does not look others up: the window asks for many a second.
class Plurals : public QTranslator
{
public:
    using QTranslator::QTranslator;

    QString translate(const char *context, const char *text, const char *comment, int number) const override
    {
        return number < 0 ? QString() : QTranslator::translate(context, text, comment, number);
    }
};

/// Its parent is the application object.
void install(QTranslator *translator, const QString &file, const QString &folder)
{
    if (translator->load(file, folder) && QCoreApplication::installTranslator(translator))
        s_translators << translator;
    else
        delete translator;
}

/// English has a catalogue for its plurals, and stands in for what another one lacks.
void installEnglish() { install(new Plurals(QCoreApplication::instance()), Prefix + English, Folder); }

/// `de-AT`, `de_AT` and `de` are one language here.
QString codeOf(const QString &locale) { return locale.section(u'-', 0, 0).section(u'_', 0, 0).toLower(); }

/// Of the system's country, if the system asks for the language; numbers and times of another one would not fit the
/// words.
QLocale localeOf(const QString &language)
{
    for (const QString &locale : QLocale::system().uiLanguages()) {
        if (codeOf(locale) == language)
            return QLocale(locale);
    }
    return language == English ? QLocale::c() : QLocale(language);
}

} // namespace

Q_COREAPP_STARTUP_FUNCTION(installEnglish)

QStringList languages()
{
    QStringList codes;
    for (const QString &file : QDir(Folder).entryList({Prefix + u"*.qm"_s}, QDir::Files, QDir::Name))
        codes << file.mid(Prefix.size()).chopped(3);
    return codes;
}

QString nameOfLanguage(const QString &language)
{
    return language == English ? u"English"_s : QLocale(language).nativeLanguageName(); // not "American English"
}

QString languageFor(const QString &chosen, const QStringList &wanted)
{
    const QStringList known = languages();
    for (const QString &locale : QStringList{chosen} + wanted) {
        if (const QString code = codeOf(locale); known.contains(code))
            return code;
    }
    return English;
}

void useLanguage(const QString &language)
{
    for (const QPointer<QTranslator> &translator : std::exchange(s_translators, {}))
        delete translator.data(); // which removes it
    installEnglish();
    if (language != English) {
        install(new QTranslator(QCoreApplication::instance()), u"qtbase_"_s + language,
                QLibraryInfo::path(QLibraryInfo::TranslationsPath));
        install(new QTranslator(QCoreApplication::instance()), Prefix + language, Folder);
    }
    QLocale::setDefault(localeOf(language));
    s_decimalPoint = QLocale().decimalPoint().front();
    s_language = language;
}

QString currentLanguage() { return s_language; }

QChar decimalPoint() { return s_decimalPoint; }

} // namespace Hephaestus
