// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <array>

namespace Hephaestus {

/// While one lives, Qt chooses the smaller of two: event loops that begin then wait by poll(2) instead of GLib, and the
/// first regular expression decides that none is compiled to machine code. Nothing here needs the others, which cost
/// each process some 130 KiB.
///
/// Qt asks the environment for both, which is the programs' too: what was not set is taken out again. Begin it while
/// the process has one thread, and end it before anything sets a variable.
class LeanQt
{
public:
    LeanQt()
    {
        for (Choice &choice : m_choices) {
            choice.isOurs = !qEnvironmentVariableIsSet(choice.name);
            if (choice.isOurs)
                qputenv(choice.name, QByteArray(choice.value));
        }
    }
    ~LeanQt()
    {
        for (const Choice &choice : m_choices) {
            if (choice.isOurs)
                qunsetenv(choice.name);
        }
    }
    LeanQt(const LeanQt &) = delete;
    LeanQt &operator=(const LeanQt &) = delete;

private:
    struct Choice
    {
        const char *name;
        const char *value;
        bool isOurs = false;
    };

    std::array<Choice, 2> m_choices{{{"QT_NO_GLIB", "1"}, {"QT_ENABLE_REGEXP_JIT", "0"}}};
};

} // namespace Hephaestus
