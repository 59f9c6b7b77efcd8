// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/sharedtext.h"

#include "dashboard/model/language.h"

#include <QCoreApplication>

#include <algorithm>
#include <functional>
#include <optional>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

struct SharedText
{
    Q_DECLARE_TR_FUNCTIONS(SharedText)
};

// As common/ has them; what one puts together of several is here in its whole.
constexpr const char *Sentences[] = {
    // why there is no answer
    QT_TRANSLATE_NOOP("SharedText", "%1 refused the connection: nothing listens there"),
    QT_TRANSLATE_NOOP("SharedText", "%1 closed the connection before it had answered"),
    QT_TRANSLATE_NOOP("SharedText", "%1 closed the connection during the TLS handshake"),
    QT_TRANSLATE_NOOP("SharedText", "%1 did not answer the connection"),
    QT_TRANSLATE_NOOP("SharedText", "%1 took the connection, but did not answer within %2"),
    QT_TRANSLATE_NOOP("SharedText", "%1 did not answer through ssh within %2"),
    QT_TRANSLATE_NOOP("SharedText", "%1 was busy with another request for %2"),
    QT_TRANSLATE_NOOP("SharedText", "the host of %1 has no address"),
    QT_TRANSLATE_NOOP("SharedText", "the name of %1 was not resolved within %2: no name server answers"),
    QT_TRANSLATE_NOOP("SharedText", "no connection to %1 within %2"),
    QT_TRANSLATE_NOOP("SharedText", "no connection to %1: this machine is out of sockets (%2)"),
    QT_TRANSLATE_NOOP("SharedText", "no connection to %1: %2"),
    QT_TRANSLATE_NOOP("SharedText", "no TLS with %1: %2"),
    QT_TRANSLATE_NOOP("SharedText", "no way to %1: %2"),
    QT_TRANSLATE_NOOP("SharedText", "there is no socket %1"),
    QT_TRANSLATE_NOOP("SharedText", "no permission to open the socket %1"),
    QT_TRANSLATE_NOOP("SharedText",
                      "the token is not sent to %1: that is another machine, and the address is not https"),
    QT_TRANSLATE_NOOP("SharedText",
                      "it wants a token, which is not sent: %1 names it, but nobody has trusted that file; "
                      "hephaestus trust %2"),
    QT_TRANSLATE_NOOP("SharedText", "the service answered %1"),
    QT_TRANSLATE_NOOP("SharedText", "the service redirects (%1), which is not followed: use its final address"),
    QT_TRANSLATE_NOOP("SharedText", "the answer is not understood: %1"),
    QT_TRANSLATE_NOOP("SharedText", "the answer is longer than %1 bytes"),
    QT_TRANSLATE_NOOP("SharedText", "the answer is not HTTP/1.1"),
    QT_TRANSLATE_NOOP("SharedText", "it says nothing of health"),
    QT_TRANSLATE_NOOP("SharedText", "ssh: the connection was lost"),
    QT_TRANSLATE_NOOP("SharedText", "%1: ssh: the connection was lost"),
    // of a dependency
    QT_TRANSLATE_NOOP("SharedText", "not checked yet"),
    QT_TRANSLATE_NOOP("SharedText", "not known: Prometheus has no outcome of a check of it"),
    // how a program is
    QT_TRANSLATE_NOOP("SharedText", "the program has ended"),
    QT_TRANSLATE_NOOP("SharedText", "the program has ended (%1)"),
    QT_TRANSLATE_NOOP("SharedText", "the program has ended (exit code %1)"),
    QT_TRANSLATE_NOOP("SharedText", "the program is not ready"),
    QT_TRANSLATE_NOOP("SharedText", "its program ended (%1) and was started again"),
    QT_TRANSLATE_NOOP("SharedText", "its program ended (exit code %1) and was started again"),
    QT_TRANSLATE_NOOP("SharedText", "it shuts down"),
    // who holds an address
    QT_TRANSLATE_NOOP("SharedText", "a process of another user"),
    QT_TRANSLATE_NOOP("SharedText", "%1 (pid %2, started in %3)"),
    QT_TRANSLATE_NOOP("SharedText", "%1 Port %2 is held by %3. Stop it, or change the port."),
    QT_TRANSLATE_NOOP("SharedText", "%1 The socket %2 is held by %3. Stop it, or change the path."),
    QT_TRANSLATE_NOOP("SharedText",
                      "%1 is not touched: %2 is held by %3. Stop it there, or change the port of this entry"),
    // what a restart does
    QT_TRANSLATE_NOOP("SharedText", "draining %1"),
    QT_TRANSLATE_NOOP("SharedText", "draining %1, %2 left"),
    QT_TRANSLATE_NOOP("SharedText", "cleaning up: %1"),
    QT_TRANSLATE_NOOP("SharedText", "cleaning up: %1, %2 left"),
    QT_TRANSLATE_NOOP("SharedText", "stopped"),
    QT_TRANSLATE_NOOP("SharedText", "building: %1"),
    QT_TRANSLATE_NOOP("SharedText", "waiting for another act on it"),
    QT_TRANSLATE_NOOP("SharedText", "waiting for pid %1 to end"),
    QT_TRANSLATE_NOOP("SharedText", "waiting for %1"),
    QT_TRANSLATE_NOOP("SharedText", "waited for %1"),
    QT_TRANSLATE_NOOP("SharedText", "no answer while it shuts down: what it does is not known"),
    QT_TRANSLATE_NOOP("SharedText", "it answers"),
    QT_TRANSLATE_NOOP("SharedText", "it was not running"),
    QT_TRANSLATE_NOOP("SharedText", "it is running already"),
    QT_TRANSLATE_NOOP("SharedText", "it ended without an answer"),
    QT_TRANSLATE_NOOP("SharedText", "something else has started it again already"),
    QT_TRANSLATE_NOOP("SharedText", "pid %1, output in %2"),
    QT_TRANSLATE_NOOP("SharedText", "pid %1, launched before"),
    QT_TRANSLATE_NOOP("SharedText", "done by its endpoints alone: %1"),
    QT_TRANSLATE_NOOP("SharedText", "%1 (pid %2) was broken off"),
    QT_TRANSLATE_NOOP("SharedText", "%1 (pid %2) was broken off when it had come to \"%3\""),
    // what a cancelled one leaves
    QT_TRANSLATE_NOOP("SharedText", "cancelled"),
    QT_TRANSLATE_NOOP("SharedText", "cancelled: %1"),
    QT_TRANSLATE_NOOP("SharedText", "it is stopping already, and is started again first"),
    QT_TRANSLATE_NOOP("SharedText", "%1 is stopping already, and is started again first"),
    QT_TRANSLATE_NOOP("SharedText", "pid %1 was started, and was not waited for"),
    QT_TRANSLATE_NOOP("SharedText", "it was started again as pid %1, and was not waited for"),
    QT_TRANSLATE_NOOP("SharedText", "%1 goes on with its shutdown"),
    QT_TRANSLATE_NOOP("SharedText",
                      "%1 was asked to shut down, and is not started again. To start it: hephaestus start %2"),
    QT_TRANSLATE_NOOP("SharedText", "%1 was not started"),
    QT_TRANSLATE_NOOP("SharedText", "%1 was asked to restart, and goes on with it"),
    QT_TRANSLATE_NOOP("SharedText", "%1 was asked to start, and goes on with it"),
    QT_TRANSLATE_NOOP("SharedText", "what has begun on %1 goes on there"),
    // why it failed
    QT_TRANSLATE_NOOP("SharedText", "%1; nothing was done"),
    QT_TRANSLATE_NOOP("SharedText", "%1. Its last words: %2"),
    QT_TRANSLATE_NOOP("SharedText", "%1. It wrote nothing."),
    QT_TRANSLATE_NOOP("SharedText", "it answers, but is not ready"),
    QT_TRANSLATE_NOOP("SharedText", "not ready within %1 of its start: %2"),
    QT_TRANSLATE_NOOP("SharedText", "not ready within %1 of its start (pid %2, still running): %3"),
    QT_TRANSLATE_NOOP("SharedText", "the build has not ended within %1; nothing else was done"),
    QT_TRANSLATE_NOOP("SharedText", "the process (pid %1) still runs after %2"),
    QT_TRANSLATE_NOOP("SharedText", "%1 is not free %2 after the process ended (%3)."),
    QT_TRANSLATE_NOOP("SharedText", "the successor of %1 does not accept after %2 (%3)"),
    QT_TRANSLATE_NOOP("SharedText", "no new instance of %1 within %2 (%3)"),
    QT_TRANSLATE_NOOP("SharedText", "%1 has not done it within %2"),
    QT_TRANSLATE_NOOP("SharedText", "%1 has not finished its shutdown within %2"),
    QT_TRANSLATE_NOOP("SharedText", "%1 has not finished its shutdown within %2 (%3)"),
    QT_TRANSLATE_NOOP("SharedText", "it is stopped, but its clean-up was incomplete: %1"),
    QT_TRANSLATE_NOOP("SharedText", "the service says its clean-up was incomplete"),
    QT_TRANSLATE_NOOP("SharedText", "it was killed, as asked: its clean-up did not finish"),
    QT_TRANSLATE_NOOP("SharedText", "it was killed by signal %1: its clean-up did not finish"),
    QT_TRANSLATE_NOOP("SharedText",
                      "it exited with code %1 without an answer: whether its clean-up finished is not known"),
    QT_TRANSLATE_NOOP("SharedText", "it ended without an answer: whether its clean-up finished is not known"),
    QT_TRANSLATE_NOOP("SharedText", "%1 (last seen: %2)"),
    QT_TRANSLATE_NOOP("SharedText", "%1 did not get ready: %2"),
    QT_TRANSLATE_NOOP("SharedText", "%1 ended instead of starting anew (pid %2, %3)"),
    QT_TRANSLATE_NOOP("SharedText", "%1 took the request, but goes on as the old instance. Its log may tell why."),
    QT_TRANSLATE_NOOP("SharedText", "%1. Its log may tell why."),
    QT_TRANSLATE_NOOP("SharedText", "how it ended is not known"),
    QT_TRANSLATE_NOOP("SharedText", "exited with code %1"),
    QT_TRANSLATE_NOOP("SharedText", "was killed by signal %1"),
    QT_TRANSLATE_NOOP("SharedText", "%1 exited with code %2 after %3"),
    QT_TRANSLATE_NOOP("SharedText", "%1 was killed by signal %2 after %3"),
    QT_TRANSLATE_NOOP("SharedText", "%1 cannot be started: %2"),
    QT_TRANSLATE_NOOP("SharedText", "there is no such program in PATH (%1)"),
    QT_TRANSLATE_NOOP("SharedText", "there is no such file, or its interpreter is missing"),
    QT_TRANSLATE_NOOP("SharedText", "there is no directory %1 to run it in"),
    QT_TRANSLATE_NOOP("SharedText", "it is not running (%1), and %2"),
    QT_TRANSLATE_NOOP("SharedText",
                      "%1 has no restart method; write restart = { method = \"service\" } in its fleet entry if it "
                      "restarts itself, or restart = { method = \"command\", command = [\"program\", \"argument\"] }"),
    QT_TRANSLATE_NOOP("SharedText",
                      "%1 has no command to start it; write command = [\"program\", \"argument\"] in the "
                      "restart = { … } of its fleet entry"),
    QT_TRANSLATE_NOOP("SharedText", "%1 is kept running by Kubernetes; scale its workload up to start it"),
};

/// A sentence cut at `%1`, `%2`, … which stand in this order.
struct Form
{
    const char *source;
    QStringList literals; ///< one more than there are gaps
};

const QList<Form> &forms()
{
    static const QList<Form> all = [] {
        QList<Form> made;
        for (const char *const sentence : Sentences) {
            Form form{sentence, {}};
            QString rest = QString::fromUtf8(sentence);
            for (int gap = 1; rest.contains(u'%' + QString::number(gap)); ++gap) {
                const qsizetype at = rest.indexOf(u'%' + QString::number(gap));
                form.literals << rest.left(at);
                rest = rest.mid(at + 2);
            }
            form.literals << rest;
            made << form;
        }
        // What says more goes first: `no connection to %1 within %2` before `no connection to %1: %2`.
        std::ranges::stable_sort(made, std::greater(),
                                 [](const Form &form) { return form.literals.join(QString()).size(); });
        return made;
    }();
    return all;
}

/// What stands in the gaps, none of it empty; nothing: the sentence is another one.
std::optional<QStringList> gapsOf(const Form &form, const QString &sentence)
{
    const QString &first = form.literals.first();
    const QString &last = form.literals.last();
    if (form.literals.size() == 1)
        return sentence == first ? std::optional(QStringList()) : std::nullopt;
    if (sentence.size() < first.size() + last.size() || !sentence.startsWith(first) || !sentence.endsWith(last))
        return {};
    QStringList gaps;
    qsizetype at = first.size();
    const qsizetype end = sentence.size() - last.size();
    for (qsizetype next = 1; next + 1 < form.literals.size(); ++next) {
        const qsizetype found = sentence.indexOf(form.literals[next], at + 1);
        if (found < 0 || found + form.literals[next].size() > end)
            return {};
        gaps << sentence.mid(at, found - at);
        at = found + form.literals[next].size();
    }
    if (at >= end)
        return {};
    return gaps << sentence.mid(at, end - at);
}

/// In one go: what is filled in may hold a `%1` of its own.
QString filled(const QString &text, const QStringList &gaps)
{
    QString result;
    for (qsizetype at = 0; at < text.size(); ++at) {
        const int gap = text[at] == u'%' && at + 1 < text.size() ? text[at + 1].digitValue() : -1;
        if (gap < 1 || gap > gaps.size()) {
            result += text[at];
            continue;
        }
        result += gaps[gap - 1];
        ++at;
    }
    return result;
}

} // namespace

QString translated(const QString &sentence)
{
    if (sentence.isEmpty() || currentLanguage() == "en"_L1)
        return sentence;
    for (const Form &form : forms()) {
        std::optional<QStringList> gaps = gapsOf(form, sentence);
        if (!gaps)
            continue;
        for (QString &gap : *gaps) {
            if (gap.contains(u' ')) // a sentence within; a name or a number is left alone
                gap = translated(gap);
        }
        return filled(SharedText::tr(form.source), *gaps);
    }
    return sentence;
}

QStringList knownSentences()
{
    QStringList known;
    for (const char *const sentence : Sentences)
        known << QString::fromUtf8(sentence);
    return known;
}

} // namespace Hephaestus
