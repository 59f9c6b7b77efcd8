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
    QT_TRANSLATE_NOOP("SharedText", "%1 was asked to shut down, and is not started again"),
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
    // of a notification
    QT_TRANSLATE_NOOP("SharedText", "a notification did not reach %1: %2"),
    QT_TRANSLATE_NOOP("SharedText", "it did not answer within %1"),
    QT_TRANSLATE_NOOP("SharedText", "it did not answer (%1)"),
    QT_TRANSLATE_NOOP("SharedText", "it answered %1"),
    QT_TRANSLATE_NOOP("SharedText", "%1 was ended by a signal"),
    QT_TRANSLATE_NOOP("SharedText", "%1 failed with exit code %2"),
    QT_TRANSLATE_NOOP("SharedText",
                      "the hook %1 is not run: %2 says so, but nobody has trusted it; hephaestus trust %3"),
    QT_TRANSLATE_NOOP("SharedText", "another process may tell it again, as it cannot be noted: %1"),
    QT_TRANSLATE_NOOP("SharedText", "its program was killed by %1"),
    QT_TRANSLATE_NOOP("SharedText", "its program exited with code %1"),
    QT_TRANSLATE_NOOP("SharedText", "changed: %1"),
    QT_TRANSLATE_NOOP("SharedText", "changed: %1 and %2 more"),
    QT_TRANSLATE_NOOP("SharedText", "and %1 more"),
    QT_TRANSLATE_NOOP("SharedText", "no place to keep what is trusted: neither HOME nor XDG_STATE_HOME is set"),
    QT_TRANSLATE_NOOP("SharedText", "%1: cannot be written: %2"),
    // what a restart does
    QT_TRANSLATE_NOOP("SharedText", "joined the restart that was under way"),
    QT_TRANSLATE_NOOP("SharedText", "joined the start that was under way"),
    QT_TRANSLATE_NOOP("SharedText", "joined the stop that was under way"),
    QT_TRANSLATE_NOOP("SharedText", "acts of other processes were not seen (%1)"),
    QT_TRANSLATE_NOOP("SharedText", "not seen: pid %1 is not on this machine, and what listens at %2 leads to it"),
    QT_TRANSLATE_NOOP("SharedText", "cancelled; %1"),
    QT_TRANSLATE_NOOP("SharedText", "%1 was not asked yet"),
    QT_TRANSLATE_NOOP("SharedText", "%1; waiting for it"),
    QT_TRANSLATE_NOOP("SharedText", "the connection to %1 was lost before a step was told"),
    QT_TRANSLATE_NOOP("SharedText", "the connection to %1 was lost after the step \"%2\""),
    QT_TRANSLATE_NOOP("SharedText", "it was back after %1"),
    QT_TRANSLATE_NOOP("SharedText", "nothing had been done, and it was asked for again"),
    // why it failed
    QT_TRANSLATE_NOOP("SharedText", "something has started it again (instance %1): a supervisor, perhaps"),
    QT_TRANSLATE_NOOP("SharedText", "the old instance still answers"),
    QT_TRANSLATE_NOOP("SharedText", "%1 says it is done, but there is no new healthy instance at %2 after %3: %4"),
    QT_TRANSLATE_NOOP("SharedText", "the restart of %1 was called off: %2 asked for something else"),
    QT_TRANSLATE_NOOP("SharedText", "the start of %1 was called off: %2 asked for something else"),
    QT_TRANSLATE_NOOP("SharedText", "the stop of %1 was called off: %2 asked for something else"),
    QT_TRANSLATE_NOOP("SharedText", "%1; what was started cannot be ended"),
    QT_TRANSLATE_NOOP("SharedText", "nothing was done: %1 is instance %2 now, not %3"),
    QT_TRANSLATE_NOOP("SharedText", "nothing was done: %1 does not say that it is instance %2"),
    QT_TRANSLATE_NOOP("SharedText", "1 request was cut off"),
    QT_TRANSLATE_NOOP("SharedText", "%1 requests were cut off"),
    QT_TRANSLATE_NOOP("SharedText", "%1. The address is held by %2."),
    QT_TRANSLATE_NOOP("SharedText", "the build (%1) exited with code %2; nothing else was done. Its output is in %3"),
    QT_TRANSLATE_NOOP("SharedText",
                      "the build (%1) was killed by signal %2; nothing else was done. Its output is in %3"),
    QT_TRANSLATE_NOOP("SharedText", "pid %1, which was launched before, has ended"),
    QT_TRANSLATE_NOOP("SharedText", "no place for its output: neither HOME nor XDG_STATE_HOME is set"),
    QT_TRANSLATE_NOOP("SharedText", "no place for the output of %1: %2"),
    QT_TRANSLATE_NOOP("SharedText", "it may not be executed, or its directory may not be entered (%1)"),
    QT_TRANSLATE_NOOP("SharedText", "it is no program for this machine, or a script without #! line"),
    QT_TRANSLATE_NOOP("SharedText", "it was started as pid %1, but cannot be watched: %2"),
    // of another host, a unit, a container
    QT_TRANSLATE_NOOP("SharedText", "how it came out is not known: %1"),
    QT_TRANSLATE_NOOP("SharedText", "how it came out is not known: hephaestus on %1 writes a line without an end"),
    QT_TRANSLATE_NOOP("SharedText", "how it came out is not known: %1, for %2. What has begun there goes on"),
    QT_TRANSLATE_NOOP("SharedText", "there is no hephaestus on %1"),
    QT_TRANSLATE_NOOP("SharedText", "hephaestus on %1: %2"),
    QT_TRANSLATE_NOOP("SharedText", "hephaestus on %1 ended with exit code %2 and no receipt: %3"),
    QT_TRANSLATE_NOOP("SharedText", "hephaestus on %1 does not say why"),
    QT_TRANSLATE_NOOP("SharedText",
                      "it runs, but does not say which instance it is: whether it was restarted is not known"),
    QT_TRANSLATE_NOOP("SharedText", "ssh: the host key has changed; %1 says what to do"),
    QT_TRANSLATE_NOOP("SharedText", "ssh: host key not known; run %1 once"),
    QT_TRANSLATE_NOOP("SharedText",
                      "ssh: permission denied; %1 must work without a question (ssh-add loads a key into the agent)"),
    QT_TRANSLATE_NOOP("SharedText",
                      "ssh: permission denied (%1); %2 must work without a question (ssh-add loads a key into the "
                      "agent)"),
    QT_TRANSLATE_NOOP("SharedText",
                      "ssh: too many keys were tried; name one for this host in ~/.ssh/config (IdentityFile)"),
    QT_TRANSLATE_NOOP("SharedText", "ssh: could not resolve the name of %1"),
    QT_TRANSLATE_NOOP("SharedText", "ssh: the program cannot be started (%1); install OpenSSH's client"),
    QT_TRANSLATE_NOOP("SharedText", "ssh: it has not logged in within a minute"),
    QT_TRANSLATE_NOOP("SharedText", "ssh: the connection was lost (%1)"),
    QT_TRANSLATE_NOOP("SharedText", "ssh: no forward: %1"),
    QT_TRANSLATE_NOOP("SharedText", "systemd did not start %1: %2"),
    QT_TRANSLATE_NOOP("SharedText", "systemd did not restart %1: %2"),
    QT_TRANSLATE_NOOP("SharedText", "systemd cannot be asked, a part of Hephaestus is not there: %1"),
    QT_TRANSLATE_NOOP("SharedText", "%1; %2 says more"),
    QT_TRANSLATE_NOOP("SharedText", "the unit failed"),
    QT_TRANSLATE_NOOP("SharedText", "it took longer than the unit's file allows"),
    QT_TRANSLATE_NOOP("SharedText", "a unit it depends on failed"),
    QT_TRANSLATE_NOOP("SharedText", "another job for the unit came in its place"),
    QT_TRANSLATE_NOOP("SharedText", "a condition in the unit's file was not met"),
    QT_TRANSLATE_NOOP("SharedText", "there is no D-Bus to ask it by: %1"),
    QT_TRANSLATE_NOOP("SharedText", "the bus went away meanwhile"),
    QT_TRANSLATE_NOOP("SharedText", "the unit is masked"),
    QT_TRANSLATE_NOOP("SharedText", "this user is not authorised (%1)"),
    QT_TRANSLATE_NOOP("SharedText", "there is no such unit in scope \"%1\" (%2)"),
    QT_TRANSLATE_NOOP("SharedText", "it is not on the bus of scope \"%1\" (%2)"),
    QT_TRANSLATE_NOOP("SharedText", "there is no such container"),
    QT_TRANSLATE_NOOP("SharedText", "%1 did not start the container %2: %3"),
    QT_TRANSLATE_NOOP("SharedText", "%1 did not restart the container %2: %3"),
    QT_TRANSLATE_NOOP("SharedText", "kubectl did not restart %1: %2"),
    // of Prometheus
    QT_TRANSLATE_NOOP("SharedText", "Prometheus answered %1"),
    QT_TRANSLATE_NOOP("SharedText", "Prometheus: %1"),
    QT_TRANSLATE_NOOP("SharedText", "it could not be scraped; why is not known"),
    QT_TRANSLATE_NOOP("SharedText", "it answers Prometheus, but exports no metrics of Hephaestus"),
    QT_TRANSLATE_NOOP("SharedText", "Prometheus has not scraped it yet"),
    QT_TRANSLATE_NOOP("SharedText", "Prometheus does not scrape it"),
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
    if (const qsizetype host = sentence.indexOf(u": ssh: "_s); host > 0) // which host it is of
        return sentence.left(host + 2) + translated(sentence.mid(host + 2));
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
