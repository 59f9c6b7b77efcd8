// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"
#include "server/cli/actionrun.h"
#include "server/cli/exitcode.h"
#include "server/cli/terminal.h"

#include <QCommandLineParser>

namespace Hephaestus {

/// What the client subcommands have in common on the command line: the services they mean, the fleet file those are
/// looked up in, and colours.
class ClientCommandLine
{
public:
    enum class Names {
        Required,  ///< at least one
        AllIfNone, ///< none means the whole fleet
        None,      ///< always the whole fleet
        Others,    ///< always the whole fleet; the words are something else
    };

    /// `syntax`: the command, and how it takes services, as in `status [NAME|URL]...`. Arguments that are no services
    /// are added to parser().
    ClientCommandLine(const QString &description, const QString &syntax, Names names);

    QCommandLineParser &parser() { return m_parser; }

    /// `--json`. Who asks by it gets errors as JSON, too.
    void addJsonOption(const QString &description);
    bool isJson() const { return m_isJson; }

    /// `--steps`, for acts.
    void addStepsOption();
    ActOutput actOutput() const;

    /// `--prometheus URL` and how it is asked: with it, names are not looked up here.
    void addPrometheusOption();

    /// Hosts whose fleet files are part of this one are not asked for them.
    void leaveHostsOut() { m_leavesHostsOut = true; }
    /// False: a host that belongs to the fleet could not be asked for its services, which was told. An answer about
    /// all of the fleet is not to be had then.
    bool isWhole() const { return m_isWhole; }
    /// The exit code of what was done to as much of the fleet as is known.
    int exitCode(int code) const { return m_isWhole || code != ExitDone ? code : int(ExitNotSo); }

    /// With `--host` all of it is done there: what counts is known on that machine only. Not with the option `unless`.
    void doAllThere(const QString &unless = {})
    {
        m_isDoneThere = true;
        m_unlessSet = unless;
    }

    /// Without `--profile` the whole fleet is all of its file, for who ends it.
    void takeEveryProfile() { m_takesEveryProfile = true; }

    /// Reads the arguments and looks up the services. An exit code: it is over (help was shown, or an error told on
    /// stderr).
    std::optional<int> read(const QStringList &arguments);

    /// What was asked for, in that order; the whole fleet in the order of its file.
    const QList<FleetEntry> &services() const { return m_services; }
    const Fleet &fleet() const { return m_fleet; }
    /// Of the file that names were looked up in, absolute; empty: no name was given.
    QString fleetPath() const;
    /// What is printed for `--json`, an object: with the fleet file in it.
    QString inJson(const QByteArray &object) const;
    const Terminal &terminal() const { return m_terminal; }

    /// Tells an error by tellError(); returns ExitUsage.
    int usageError(const QString &what, const QString &code = QStringLiteral("usage")) const;
    /// The option's value as a duration; nothing, and a usage error told, if it is none.
    std::optional<std::chrono::milliseconds> duration(const QString &option) const;

private:
    std::optional<int> readFleetFile();
    std::optional<int> readHost();
    std::optional<int> readFleetOfHost();
    void addLoneHosts();
    std::optional<int> chooseProfiles();
    std::optional<int> lookUp(const QString &name);

    QCommandLineParser m_parser;
    QString m_command;
    Names m_names;
    Fleet m_fleet;
    RemoteHost m_host; ///< by `--host`
    bool m_isFleetRead = false;
    bool m_hasPrometheus = false;
    bool m_hasJson = false;
    bool m_isJson = false;
    bool m_takesEveryProfile = false;
    bool m_leavesHostsOut = false;
    bool m_isDoneThere = false;
    QString m_unlessSet; ///< an option; empty: none
    bool m_areHostsAsked = false;
    bool m_isWhole = true;
    QList<FleetEntry> m_services;
    Terminal m_terminal;
};

} // namespace Hephaestus
