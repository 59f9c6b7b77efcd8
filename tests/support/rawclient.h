// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/serviceaddress.h"

#include <QByteArray>
#include <QList>
#include <QObject>

#include <memory>

class QSocketNotifier;

namespace Hephaestus {

/// One HTTP response as it was on the wire.
struct RawResponse
{
    int status = 0;
    QByteArray head; ///< status line and fields, without the empty line
    QByteArray body;

    /// The value of the first field of that name; null if it is not there.
    QByteArray field(const QByteArray &name) const;
};

/// Splits what a server sent into responses, by Content-Length; `bodiless`: as answers to HEAD. What cannot be split
/// becomes one of status -1 with all the rest.
QList<RawResponse> splitResponses(QByteArray bytes, bool bodiless = false);

/// A client that sends exactly the bytes a test wants and keeps what comes back; needs the event loop (QTRY_…).
class RawClient : public QObject
{
    Q_OBJECT

public:
    explicit RawClient(const ServiceAddress &address);
    /// The same and sends `request`.
    RawClient(const ServiceAddress &address, const QByteArray &request);
    ~RawClient() override;

    void send(const QByteArray &bytes);
    /// Our FIN; the other direction stays open.
    void finishWriting();
    void abort();
    /// Stop taking bytes, so that the server's buffers fill.
    void stopReading();

    const QByteArray &received() const { return m_received; }
    QList<RawResponse> responses(bool bodiless = false) const { return splitResponses(m_received, bodiless); }
    bool isClosed() const { return m_closed; }

private:
    void read();

    qintptr m_descriptor = -1;
    std::unique_ptr<QSocketNotifier> m_notifier;
    QByteArray m_received;
    bool m_closed = false;
};

/// `METHOD path HTTP/1.1`, a Host of this machine, `fields` (each with its CR LF), and the body with its length.
QByteArray requestText(const QByteArray &method, const QByteArray &path, const QByteArray &fields = {},
                       const QByteArray &body = {});

} // namespace Hephaestus
