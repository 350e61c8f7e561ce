using Usher.Model.Journeys;
using Usher.Trace.Otlp;
using Usher.Trace.Text;

namespace Usher.Trace.Export;

/// <summary>
/// A journey as spans of one tree; pure. Application spans aren't among them: applications send those themselves.
/// <list type="number">
/// <item>What nobody saw or measured is left out: a backend shows every span as something that happened.</item>
/// <item>The client's call is the root where it reported it; else the first hop that carried the request.</item>
/// <item>A hop that carries the request (load balancer, node, ingress) is in the one before, and what it waits for is in it: a Service's choice, the endpoint, the call of the pod.</item>
/// <item>The call of the pod has the id that went on in <c>traceparent</c>, so that the application's spans are in it.</item>
/// <item>What has no time of its own in this request (a choice that an earlier request of the connection brought about) has none, at the moment at which the span above it began.</item>
/// </list>
/// </summary>
internal static class JourneySpans
{
    /// <summary>The spans, in the order of the road; none for a trace that its caller doesn't record.</summary>
    internal static IReadOnlyList<ExportedSpan> Of(Journey journey)
    {
        if (journey.Sampled == false || journey.StartedAt is null) return [];
        var tree = new Tree(journey);
        // 1
        var hops = journey.Hops.Where(h => h.Evidence != Evidence.Inferred && h.Hop != Hop.Application).ToList();
        // 2
        if (journey.Reported == true) tree.AddClient();
        // 3
        for (var i = 0; i < hops.Count; i++) tree.Add(hops[i], hops.Skip(i + 1).FirstOrDefault(Tree.Carries));
        tree.AddUnknownCall();
        return tree.Spans;
    }

    private sealed class Tree(Journey journey)
    {
        private readonly string traceId = SpanIds.TraceOf(journey);
        private readonly ulong origin = (ulong)(journey.StartedAt!.Value - DateTimeOffset.UnixEpoch).Ticks * 100;
        private readonly Dictionary<string, int> times = [];
        private ExportedSpan? root;
        private ExportedSpan? carrier;
        private ExportedSpan? service;
        private HopReport? last;
        private HopReport? reader;
        private bool called;

        internal List<ExportedSpan> Spans { get; } = [];

        internal static bool Carries(HopReport hop) => hop.Hop is Hop.LoadBalancer or Hop.Node or Hop.Ingress;

        internal void AddClient()
        {
            var attributes = new List<KeyValuePair<string, object>>();
            Uri.TryCreate(journey.Url, UriKind.Absolute, out var url);
            HttpAttributes.Client(attributes, journey.Method, journey.Url, url is null ? null : $"{url.Host}:{url.Port}", journey.Status);
            attributes.Add("usher.evidence", Evidence.Measured.Name());
            var failed = journey.Status is null or >= 400 || journey.Outcome != "ok";
            if (failed) attributes.Add("error.type", journey.Outcome != "ok" ? journey.Outcome : $"{journey.Status}");
            root = Span(SpanIds.Of(journey.Id, "client"), null, HttpAttributes.Name(journey.Method), SpanKind.Client, HopResources.Client, 0, journey.DurationMs, attributes) with
            {
                Failed = failed, StatusMessage = failed ? journey.Problem : null,
            };
            Spans.Add(root = OfJourney(root));
        }

        /// <param name="hop">The hop.</param>
        /// <param name="next">The next one that carries the request.</param>
        internal void Add(HopReport hop, HopReport? next)
        {
            var attributes = HopAttributes.Of(journey, hop);
            var http = Carries(hop) && HopAttributes.IsHttp(hop);
            var (above, kind, resource) = hop.Hop switch
            {
                Hop.Dns => (root, SpanKind.Client, HopResources.Client),
                // The load balancer that ended it comes after it, and has its span's id beforehand.
                Hop.Tls => (root, SpanKind.Internal, next is not null ? HopResources.Of(next) : hop.Evidence == Evidence.Seen ? HopResources.Listener : HopResources.Client),
                Hop.LoadBalancer or Hop.Ingress => (carrier ?? root, http ? SpanKind.Server : SpanKind.Internal, HopResources.Of(hop)),
                Hop.Endpoint => (last?.Hop == Hop.Service ? service : carrier ?? root, SpanKind.Internal, last?.Hop == Hop.Service ? service!.Resource : HopResources.Of(hop)),
                Hop.Pod => (carrier ?? root, SpanKind.Client, carrier?.Resource ?? HopResources.Client),
                Hop.Response or Hop.Browser => (root ?? Spans.FirstOrDefault(s => s.ParentId is null || s.ParentIsRemote), SpanKind.Internal, root?.Resource ?? Spans.FirstOrDefault()?.Resource ?? HopResources.Client),
                _ => (carrier ?? root, SpanKind.Internal, HopResources.Of(hop)),
            };
            var parent = above?.SpanId ?? (hop.Hop == Hop.Tls && next is not null ? Id(next, upcoming: true) : null);
            var name = http ? HttpAttributes.Name(journey.Method, hop.Hop == Hop.Ingress ? hop.Facts.Text("rulePath") : null)
                : hop.Hop == Hop.Pod ? HttpAttributes.Name(journey.Method)
                : hop.Label();
            if (hop.Hop == Hop.Pod) HttpCall(attributes, hop);
            // A server's own fault is one from 500 on, a call has failed from 400 on (HTTP spans, "Status").
            var status = hop.Response?.Status;
            var failed = http ? status is null or >= 500 : kind == SpanKind.Client && hop.Hop == Hop.Pod ? status is null or >= 400 : !hop.Ok;
            if (failed) attributes.Add("error.type", hop.Facts.Text("outcome") ?? (status >= 400 ? $"{status}" : HopAttributes.Error(journey, hop)));
            var begins = hop.StartMs ?? (above is null ? 0 : (above.StartedOn - (double)origin) / 1e6);
            var span = Span(Id(hop), parent, name, kind, resource, begins, hop.StartMs is null ? 0 : hop.DurationMs, attributes) with
            {
                Failed = failed, StatusMessage = failed ? hop.Facts.Text("problem") ?? journey.Problem : null,
            };
            if (span.ParentId is null || span.ParentIsRemote) span = OfJourney(span);
            Spans.Add(span);
            if (Carries(hop)) carrier = span;
            if (http) reader = hop;
            if (hop.Hop == Hop.Service) service = span;
            called |= hop.Hop == Hop.Pod;
            last = hop;
        }

        /// <summary>A call of somebody that isn't a pod of this road (an ExternalName): who made it saw it begin and end.</summary>
        internal void AddUnknownCall()
        {
            if (called || reader is null || carrier is null || SpanIds.SentOn(reader) is not { } id || reader.Facts.Text("upstreamConnection") is null) return;
            var attributes = new List<KeyValuePair<string, object>>();
            HttpAttributes.Client(attributes, journey.Method, null, reader.Facts.Text("endpointBound") ?? reader.Facts.Text("clusterIPBound"), reader.Response?.Status);
            attributes.Add("usher.evidence", reader.Evidence.Name());
            attributes.Add("usher.journey.id", journey.Id);
            var failed = reader.Response?.Status is null or >= 400;
            if (failed) attributes.Add("error.type", HopAttributes.Error(journey, reader));
            Spans.Add(Span(id, carrier.SpanId, HttpAttributes.Name(journey.Method), SpanKind.Client, carrier.Resource, reader.StartMs ?? 0, reader.DurationMs, attributes) with { Failed = failed });
        }

        private void HttpCall(List<KeyValuePair<string, object>> attributes, HopReport pod)
        {
            var end = pod.Facts.Text("declared") ?? pod.Facts.Text("bound");
            Uri.TryCreate(journey.Url, UriKind.Absolute, out var url);
            var target = reader?.Facts.Text("rewrittenTo") ?? $"{reader?.Facts.Text("path") ?? url?.AbsolutePath}{url?.Query}";
            attributes.Add("url.full", HttpAttributes.Full($"{(pod.Facts["tls"] is null ? "http" : "https")}://{end}{target}"));
        }

        /// <summary>The id of a hop's span: what went over the wire, what the hop gave itself, or one that its place among the hops makes.</summary>
        private string Id(HopReport hop, bool upcoming = false)
        {
            if (hop.Hop == Hop.Pod && reader is not null && SpanIds.SentOn(reader) is { } sent) return sent;
            if (Carries(hop) && hop.Facts.Text("spanId") is { Length: 16 } own) return own;
            var name = hop.At is null ? hop.Hop.Name() : $"{hop.Hop.Name()} {hop.At}";
            var nth = times.GetValueOrDefault(name) + 1;
            if (!upcoming) times[name] = nth;
            return SpanIds.Of(journey.Id, $"{name} {nth}");
        }

        private ExportedSpan Span(string id, string? parent, string name, SpanKind kind, SpanResource resource, double startMs, double? durationMs, List<KeyValuePair<string, object>> attributes)
        {
            return new ExportedSpan
            {
                TraceId = traceId,
                SpanId = id,
                ParentId = parent ?? journey.ParentSpanId,
                ParentIsRemote = parent is null && journey.ParentSpanId is not null,
                TraceState = journey.TraceState,
                Name = name,
                Kind = kind,
                Resource = resource,
                StartedOn = Moment(startMs),
                EndedOn = Moment(startMs + Math.Max(0, durationMs ?? 0)),
                Attributes = attributes,
            };
        }

        private ulong Moment(double ms) => (ulong)Math.Max(0, (long)origin + (long)Math.Round(ms * 1_000) * 1_000);

        /// <summary>The outermost span tells of the journey as a whole.</summary>
        private ExportedSpan OfJourney(ExportedSpan span)
        {
            var attributes = span.Attributes.Where(a => a.Key is not "usher.outcome" and not "usher.problem").ToList();
            attributes.Add("usher.outcome", journey.Outcome);
            attributes.Add("usher.answered_by", journey.AnsweredBy);
            attributes.Add("usher.problem", journey.Problem);
            attributes.Add("usher.visit", journey.Visit);
            if (!attributes.Exists(a => a.Key == "usher.journey.id")) attributes.Add("usher.journey.id", journey.Id);
            return span with { Attributes = attributes };
        }
    }
}
