// SPDX-License-Identifier: GPL-3.0-or-later
//
// Keeps a token as the dashboard does:
//   tokenkeeper DIRECTORY URL TOKEN
// Exit codes: 0 it is kept; 1 it is not, and why is said.
#include "dashboard/model/tokenstore.h"

#include <QCoreApplication>

#include <cstdio>

using namespace Hephaestus;

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() != 4)
        return 2;
    TokenStore tokens(arguments[1]);
    tokens.keep(arguments[2], arguments[3], [](const std::optional<Problem> &problem) {
        if (problem)
            std::fprintf(stderr, "%s\n", qPrintable(problem->text()));
        QCoreApplication::exit(problem ? 1 : 0);
    });
    return QCoreApplication::exec();
}
