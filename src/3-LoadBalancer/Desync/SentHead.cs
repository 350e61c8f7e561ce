using System.Text;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>
/// The head that a client would send over HTTP/1.1, for <c>explain</c>: written, and read as the listener reads it.
/// </summary>
internal static class SentHead
{
    /// <summary>How it is classified, and why its body would have no end that can be told; null when it has one.</summary>
    internal static (DesyncClassification Desync, HttpRejection? Rejection) Read(RequestFacts facts)
    {
        var text = new StringBuilder($"{facts.Method} {facts.Path}{(facts.Query.Length > 0 ? "?" : "")}{facts.Query} HTTP/1.1\r\nHost: a\r\n");
        foreach (var (name, value) in facts.Headers)
        {
            if (!name.Equals("Host", StringComparison.OrdinalIgnoreCase)) text.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        var head = new RequestHead();
        var read = new Http1Parser(HeadLimits.Requests, tolerant: true).ParseRequest(Encoding.Latin1.GetBytes(text.Append("\r\n").ToString()), head);
        HttpRejection? rejection = read.Violation is HttpViolation.InvalidContentLength or HttpViolation.ConflictingContentLengths
            or HttpViolation.UnsupportedTransferCoding or HttpViolation.InvalidTransferEncoding ? new(read.Violation, read.Message!) : null;
        return (read.Status == ParseStatus.NeedMore ? default : DesyncClassification.Of(head), rejection);
    }

    /// <summary>The refusal that the listener's mode, or else the head itself, makes of it; null for none.</summary>
    internal static Refusal? Refused(DesyncClassification desync, ListenerPlan listener, HttpRejection? rejection) =>
        desync.Under(listener.Attributes.Desync) == DesyncMeasure.Block ? Refusal.Desync(desync, listener.Attributes.Desync)
        : rejection is { } known ? Refusal.Of(known) : null;
}
