// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/cli/hostcommand.h"
#include "server/cli/terminal.h"

#include <QCommandLineParser>
#include <QMap>

#include <optional>

namespace Hephaestus {

/// The command line of a command that takes no services: about this machine, or about a file. ClientCommandLine is for
/// the others.
class PlainCommandLine
{
public:
    /// `command`: its name. Arguments of its own are added to parser().
    PlainCommandLine(const QString &description, const QString &command);

    QCommandLineParser &parser() { return m_parser; }
    /// `--json`. Who asks by it gets errors as JSON, too.
    void addJsonOption(const QString &description);
    bool isJson() const { return m_isJson; }
    /// `--host NAME`: read() then has another machine do it all.
    void addHostOption(HostTalk talk = HostTalk::OneWay);
    /// What cannot be done on another machine with `option` set, and why, as a sentence about it.
    void keepHere(const QString &option, const QString &why) { m_keptHere.insert(option, why); }
    bool isSet(const char *option) const { return m_parser.isSet(QLatin1StringView(option)); }
    QStringList words() const { return m_parser.positionalArguments(); }

    /// Reads the arguments; fewer words than `least`, or more than `most`, are a usage error. An exit code: it is over
    /// (help was shown, or an error told on stderr).
    std::optional<int> read(const QStringList &arguments, qsizetype least, qsizetype most);

    const Terminal &terminal() const { return m_terminal; }
    /// Tells an error by tellError(); returns ExitUsage.
    int usageError(const QString &what, const QString &code = QStringLiteral("usage")) const;

private:
    QCommandLineParser m_parser;
    QString m_command;
    bool m_hasJson = false;
    bool m_isJson = false;
    bool m_hasHost = false;
    HostTalk m_talk = HostTalk::OneWay;
    QMap<QString, QString> m_keptHere; ///< why, by option
    Terminal m_terminal;
};

} // namespace Hephaestus
