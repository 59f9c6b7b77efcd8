// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/processoutcome.h"

#include "common/base/post.h"

#include <QPointer>
#include <QProcess>

namespace Hephaestus {

void whenOver(QProcess &process, QObject *context, std::function<void(const ProcessOutcome &)> done)
{
    QObject::connect(&process, &QProcess::finished, context, [done](int code, QProcess::ExitStatus status) {
        const bool hasExited = status == QProcess::NormalExit;
        done({{}, hasExited ? code : -1, hasExited});
    });
    QObject::connect(&process, &QProcess::errorOccurred, context,
                     [&process, context, done](QProcess::ProcessError error) {
                         if (error != QProcess::FailedToStart)
                             return; // finished() comes
                         const QPointer<QProcess> known(&process);
                         post(context, [known, done, why = process.errorString()] {
                             if (known)
                                 done({why, -1, false});
                         });
                     });
}

} // namespace Hephaestus
