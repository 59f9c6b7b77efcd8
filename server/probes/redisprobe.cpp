// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/redisprobe.h"

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

constexpr qint64 LongestLine = 4096;

/// A command as an array of bulk strings, so that a password may hold any byte.
QByteArray respCommand(const QByteArrayList &words)
{
    QByteArray bytes = '*' + QByteArray::number(words.size()) + "\r\n";
    for (const QByteArray &word : words)
        bytes += '$' + QByteArray::number(word.size()) + "\r\n" + word + "\r\n";
    return bytes;
}

} // namespace

RedisProbe::RedisProbe(const RedisSettings &settings, std::chrono::milliseconds timeout, QObject *parent)
    : SocketProbe(settings.host, settings.port, timeout, parent)
    , m_settings(settings)
{
}

void RedisProbe::ask()
{
    const Secret &password = m_settings.password;
    if (password.isConfigured() && password.value.isEmpty())
        fail(ErrorClass::Credentials, u"%1 is not set"_s.arg(password.source));
    else
        SocketProbe::ask();
}

void RedisProbe::talk()
{
    connect(&socket(), &QTcpSocket::readyRead, this, &RedisProbe::read);
    m_authenticating = m_settings.password.isConfigured();
    if (m_authenticating) {
        QByteArrayList words{"AUTH"};
        if (!m_settings.user.isEmpty())
            words << m_settings.user.toUtf8();
        socket().write(respCommand(words << m_settings.password.value));
    }
    socket().write(respCommand({"PING"}));
}

void RedisProbe::read()
{
    while (!isFinished() && socket().canReadLine())
        judge(socket().readLine(LongestLine).trimmed());
    if (!isFinished() && socket().bytesAvailable() > LongestLine)
        fail(ErrorClass::BadAnswer, u"no answer of Redis"_s);
}

void RedisProbe::judge(const QByteArray &line)
{
    const bool isAuthentication = std::exchange(m_authenticating, false);
    if (line == (isAuthentication ? "+OK" : "+PONG")) {
        if (!isAuthentication)
            conclude(Outcome::success());
        return;
    }
    if (!line.startsWith('-')) {
        fail(ErrorClass::BadAnswer, u"no answer of Redis"_s);
        return;
    }
    ErrorClass errorClass = ErrorClass::BadAnswer;
    if (isAuthentication || line.startsWith("-NOAUTH") || line.startsWith("-NOPERM"))
        errorClass = ErrorClass::Credentials;
    if (line.startsWith("-LOADING") || line.startsWith("-BUSY") || line.contains("max number of clients"))
        errorClass = ErrorClass::Overloaded;
    fail(errorClass, redacted(QString::fromUtf8(line.mid(1)), {m_settings.password.value}));
}

} // namespace Hephaestus
