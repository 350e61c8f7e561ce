using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Trace.Journeys;

/// <summary>
/// Tells a journey from its records: replays each hop's decision, and puts the hops in the order of the road. Made when somebody asks;
/// the records stay as they are.
/// </summary>
internal sealed class JourneyAssembler(IPodAccounts? pods, IWayBack? wayBack, RoadInference inference, TimeProvider time)
{
    /// <summary>
    /// The journey of one request.
    /// <list type="number">
    /// <item>The name: the name server's record, the client's own account, or what configuration says.</item>
    /// <item>The handshake of the connection.</item>
    /// <item>The load balancer.</item>
    /// <item>The node, and the Service and endpoint at its NodePort.</item>
    /// <item>The ingress.</item>
    /// <item>The Service and endpoint behind it.</item>
    /// <item>The pod.</item>
    /// <item>The application's spans.</item>
    /// <item>The way back.</item>
    /// <item>The browser.</item>
    /// </list>
    /// </summary>
    public Journey Assemble(JourneyRecords records)
    {
        if (records.First is not { } first) return Unanswered(records);
        var clock = Clock.For(records, time);
        var ingress = records.Ingress;
        var hops = new List<HopReport>();

        // 1
        hops.AddRange(ClientHops.Dns(records, clock, time));
        if (hops.Count == 0 && records.Client is null && inference.Dns(first) is { } name) hops.Add(name);

        // 2 and 3, where a load balancer relays what it can't read; the handshake is then with a hop behind, unless it has decrypted it.
        var tls = ClientHops.Tls(records, clock, time);
        if (tls is not null && records.EndsInFront) hops.Add(tls);
        if (records.Path is { } path) hops.AddRange(RelayHops.Tell(path, first.RequestOnConnection, first.StartedAt, first.EndedAt, first.Generation.Number, clock));
        if (tls is not null && !records.EndsInFront) hops.Add(tls);

        // 3
        hops.AddRange(RoadHops.Http(first, first, clock, records.Read));
        if (records.Client is { } client && first.Scheme == "http" && first.RequestOnConnection == 1)
        {
            hops[^1].Facts["tcpConnectMs"] = ClientHops.Connect(client, clock, time);
        }

        // 4, and 6 at the node
        hops.AddRange(RoadHops.Relay(first, first, clock, first.Hop == Hop.LoadBalancer ? "node" : "clusterIP"));
        if ((Refused(first, hops[^1], first.Hop == Hop.LoadBalancer ? "targetBound" : "endpointBound") ?? Refused(first, hops[^1], "clusterIPBound")) is { } target) hops.AddRange(inference.Behind(first, target));

        // 5, and 6 behind it
        var caller = first;
        if (ingress is not null)
        {
            hops.AddRange(RoadHops.Http(ingress, first, clock));
            hops.AddRange(RoadHops.Relay(ingress, first, clock, "clusterIP"));
            if ((Refused(ingress, hops[^1], "endpointBound") ?? Refused(ingress, hops[^1], "clusterIPBound")) is { } service) hops.AddRange(inference.Behind(ingress, service));
            caller = ingress;
        }
        else if (records.Refused is { } refused)
        {
            hops.Add(ClientHops.Failed(refused, clock));
        }

        // 7
        var pod = records.Refused is null ? RoadHops.Pod(caller, pods, clock) : null;
        if (pod is not null) hops.Add(pod);

        // 8
        hops.AddRange(ApplicationHops.Tell(SpansOf(records, clock), clock));

        // 9
        if (Back(records, pod, clock) is { } back) hops.Add(back);

        // 10
        if (ClientHops.Browser(records, clock, time) is { } browser) hops.Add(browser);

        var verdict = Verdict.Of(first, ingress, pod);
        return RedirectLoop.Tell(new Journey
        {
            Id = first.JourneyId ?? "",
            TraceId = ingress?.TraceId ?? first.TraceId,
            ParentSpanId = first.Brought?.ParentSpanId,
            Sampled = first.Brought is { IsSampled: false } ? false : null,
            TraceState = first.Brought?.State,
            Reported = records.Client is null ? null : true,
            Generation = first.Generation.Number,
            Method = first.Method,
            Url = records.Client?.Url ?? first.Url,
            Status = verdict.Status,
            Outcome = verdict.Outcome,
            AnsweredBy = verdict.AnsweredBy,
            Problem = verdict.Outcome == "ok" ? null : WithCause(verdict, hops),
            StartedAt = clock.OriginOn,
            DurationMs = clock.At(End(records)),
            Visit = records.Client?.Visit ?? Visits.Of(first.UserAgent),
            Hops = hops,
        });
    }

    /// <summary>
    /// A connection whose handshake failed, and that so carried no request: the port that ends TLS knows its two ends, the name asked for and what went wrong.
    /// </summary>
    public Journey Assemble(HandshakeRecord handshake)
    {
        var clock = Clock.Since(handshake.AcceptedAt, time);
        var hop = ClientHops.Failed(handshake, clock);
        return new Journey
        {
            Id = handshake.JourneyId ?? "",
            // Neither was ever sent.
            Method = "-",
            Url = $"{(handshake.IsProxyHeader ? "tcp" : "https")}://{handshake.ServerName ?? handshake.Connection.To.ToString()}",
            Outcome = hop.Facts["outcome"]?.GetValue<string>() ?? "tls.failed",
            Problem = hop.Facts["problem"]?.GetValue<string>(),
            StartedAt = clock.OriginOn,
            DurationMs = clock.At(handshake.FailedAt),
            Hops = [hop],
        };
    }

    /// <summary>The spans of this request, out of those with its trace id.</summary>
    public static IReadOnlyList<Otlp.ReportedSpan> SpansOf(JourneyRecords records, Clock clock)
    {
        var first = records.First!;
        return ApplicationHops.Within(records.Spans, clock.At(first.StartedAt) ?? 0, clock.At(first.EndedAt) ?? double.MaxValue, clock);
    }

    /// <summary>Whether a hop that listens at an endpoint reads HTTP and keeps records of it.</summary>
    public bool ReadsHttp(Generation generation, IPEndPoint end) => inference.ReadsHttp(generation, end);

    /// <summary>A journey of which no hop has a request: only the client, the name server, the handshake and the relays know of it.</summary>
    private Journey Unanswered(JourneyRecords records)
    {
        var client = records.Client!;
        var clock = Clock.For(records, time);
        List<HopReport> hops = [.. ClientHops.Dns(records, clock, time)];
        var tls = client.Failure?.At is "dns" or "connect" ? null : ClientHops.Tls(records, clock, time);
        if (tls is not null && records.EndsInFront) hops.Add(tls);
        if (records.Path is { } path) hops.AddRange(RelayHops.Tell(path, client.RequestOnConnection, 0, Clock.Ticks(client.Times.LastByte, client.Times, time), path.Relays[0].Generation.Number, clock));
        if (tls is not null && !records.EndsInFront) hops.Add(tls);
        if (records.Path?.Last is { } last && ClientHops.Pod(client, last.To, pods, clock, time) is { } pod) hops.Add(pod);
        var verdict = client.Failure is null ? Verdict.OfAnswer(client, hops) : Verdict.OfClient(client, hops, records.Handshake);
        return new Journey
        {
            // No load balancer minted an id, so this one is made here, in the same form.
            Id = records.Handshake?.JourneyId ?? JourneyIds.New(clock.OriginOn),
            Reported = true,
            Generation = records.Path?.Relays[0].Generation.Number ?? 0,
            Method = client.Method,
            Url = client.Url,
            Status = verdict.Status,
            Outcome = verdict.Outcome,
            AnsweredBy = verdict.AnsweredBy,
            Problem = verdict.Problem,
            StartedAt = clock.OriginOn,
            DurationMs = clock.At(Clock.Ticks(client.Times.LastByte, client.Times, time)),
            Visit = client.Visit,
            Hops = hops,
        };
    }

    private HopReport? Back(JourneyRecords records, HopReport? pod, Clock clock)
    {
        var first = records.First!;
        var account = wayBack?.Account(new WayBackRecords(first, records.Ingress, pod?.Name, clock.Origin));
        if (account is null) return null;
        var began = records.Ingress is { FirstByteAt: not 0 } ingress ? ingress.FirstByteAt : first.FirstByteAt;
        if (records.Path is { } path) account = account with { Name = $"to {path.Client.From}" };
        var report = account.Report(Evidence.Seen, clock.At(began), clock.Between(began, End(records)));
        if (records.Client is { Times: { FirstByte: not 0 } times })
        {
            report.Facts["clientFirstByteMs"] = clock.At(Clock.Ticks(times.FirstByte, times, time));
            report.Facts["clientLastByteMs"] = clock.At(Clock.Ticks(times.LastByte, times, time));
        }

        return report;
    }

    private long End(JourneyRecords records) => records.Client is { Times: { LastByte: not 0 } times }
        ? Clock.Ticks(times.LastByte, times, time)
        : records.First!.EndedAt;

    /// <summary>The address that an HTTP hop could not connect to, by its own account: the last hop so far, and this fact of it.</summary>
    private static IPEndPoint? Refused(RequestRecord sender, HopReport told, string fact) =>
        sender is { Upstream: null, ConnectStartedAt: not 0 }
            && told.Facts[fact] is { } bound && IPEndPoint.TryParse(bound.ToString(), out var address)
                ? address
                : null;

    /// <summary>What went wrong, and what a hop behind the one that says so tells of the cause, with how that is known.</summary>
    private static string? WithCause(Verdict verdict, List<HopReport> hops)
    {
        var deepest = hops.LastOrDefault(h => !h.Ok && h.Facts["problem"] is not null);
        if (deepest?.Facts["problem"]?.ToString() is not { } cause || cause == verdict.Problem) return verdict.Problem;
        if (verdict.Problem is null) return cause;
        if (hops.Exists(h => !h.Ok && h.Hop != deepest.Hop && h.Facts["problem"]?.ToString() == verdict.Problem && hops.IndexOf(h) > hops.IndexOf(deepest)))
        {
            return verdict.Problem;
        }

        var known = deepest.Evidence == Evidence.Inferred ? "inferred" : "seen";
        var stop = verdict.Problem[^1] is '.' or '?' or '!' ? "" : ".";
        return $"{verdict.Problem}{stop} Behind it ({known}): {cause}";
    }
}
