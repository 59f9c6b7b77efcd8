// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCommandLineParser>

namespace Hephaestus {

/// `--log-level`, `--log-format`, `--color`: what every subcommand takes.
void addGlobalOptions(QCommandLineParser &parser);

/// `--help`, without Qt's `--help-all`, which lists options of Qt that mean nothing here.
void addHelpOption(QCommandLineParser &parser);

/// The parser's help for `hephaestus COMMAND`: it would name the program by its path, and know of no command.
QString helpText(const QCommandLineParser &parser, const QString &command);

} // namespace Hephaestus
