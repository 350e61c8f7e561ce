using System.Net;
using System.Runtime.CompilerServices;
using Usher.Model.Journeys;
using Usher.Trace.Journeys;
using Usher.Trace.Otlp;

namespace Usher.Trace;

/// <summary>Tells what is known now: joins the records of a request, of a handshake or of a flow.</summary>
internal sealed class JourneyTeller(JourneyLog log, SpanStore spans, JourneyAssembler assembler, TimeProvider time)
{
    // A report lives as long as the record that it belongs to.
    private readonly ConditionalWeakTable<RequestRecord, ClientReport> reports = [];

    /// <summary>A request.</summary>
    internal Journey Tell(RequestRecord first) => assembler.Assemble(Join(first));

    /// <summary>A connection whose handshake failed.</summary>
    internal Journey Tell(HandshakeRecord failed) => assembler.Assemble(failed);

    /// <summary>A flow of datagrams.</summary>
    internal Journey Tell(ConnectionRecord flow) => FlowJourney.Tell(log.Paths.Of(flow), time);

    /// <summary>Keeps what a client reports of a request.</summary>
    internal void Keep(RequestRecord first, ClientReport report) => reports.AddOrUpdate(first, report);

    /// <summary>The visit of a browser that a request belongs to: as its client reported it, or as its user agent names it.</summary>
    internal string? VisitOf(RequestRecord first) =>
        (reports.TryGetValue(first, out var report) ? report.Visit : null) ?? Visits.Of(first.UserAgent);

    /// <summary>The spans that applications sent of a request.</summary>
    internal IReadOnlyList<ReportedSpan> SpansOf(RequestRecord first)
    {
        var records = Join(first);
        return JourneyAssembler.SpansOf(records, Clock.For(records, time));
    }

    /// <summary>All records of a request, as far as they have come.</summary>
    private JourneyRecords Join(RequestRecord first)
    {
        log.Join(first);
        var report = reports.TryGetValue(first, out var kept) ? kept : null;
        var ingress = Behind(first);
        if (ingress is not null) log.Join(ingress);
        var (path, read) = (log.Paths.Of(first), log.HandshakeOf(first));
        return new JourneyRecords
        {
            First = first,
            Ingress = ingress,
            Path = path,
            Refused = ingress is null ? log.Handshakes.Refusing(first) : null,
            Handshake = path?.Handshake ?? read,
            Read = read,
            Dns = report is null ? null : QueryOf(report, Clock.Ticks(report.Times.Start, report.Times, time)),
            Client = report,
            Spans = spans.Of(ingress?.TraceId ?? first.TraceId),
        };
    }

    /// <summary>The record of the hop that the load balancer's request reached.</summary>
    internal RequestRecord? Behind(RequestRecord first)
    {
        if (RoadHops.Reached(first) is null) return null;
        var sent = (first.Via?.Upstream ?? first.Upstream)!.Plain();
        return log.BehindLoadBalancer(first).FirstOrDefault(r => r.Downstream.Plain() == sent);
    }

    /// <summary>The name server's record of a client's query; null where there is none, or not yet.</summary>
    internal DnsRecord? QueryOf(ClientReport report, long since) =>
        report.Dns is { QueryId: { } id, Local: { } local } && IPEndPoint.TryParse(local, out var end)
            ? log.Queries.Find(end, id, since, report.Times.DnsDone == 0 ? long.MaxValue : Clock.Ticks(report.Times.DnsDone, report.Times, time))
            : null;
}
