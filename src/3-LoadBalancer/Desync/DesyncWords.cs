using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.LoadBalancer;

/// <summary>A classification in words.</summary>
internal static class DesyncWords
{
    /// <summary>The outcome of a request that is blocked.</summary>
    internal const string Outcome = "load-balancer.400.desync";

    /// <summary>The mode as the attribute spells it.</summary>
    internal static string Name(this DesyncMode mode) => mode switch
    {
        DesyncMode.Monitor => "monitor",
        DesyncMode.Strictest => "strictest",
        _ => "defensive",
    };

    /// <summary>What was found and what the mode does about it: one sentence for a journey's reason, note or problem.</summary>
    internal static string Tell(this DesyncClassification found, DesyncMode mode) => found.Under(mode) switch
    {
        DesyncMeasure.Block => $"{Found(found)}; routing.http.desync_mitigation_mode is {mode.Name()}, which blocks it: {WayOut(found)}",
        DesyncMeasure.PassAndClose => $"{Found(found)}; mode {mode.Name()} lets it pass, and closes the connections of the client and of the target after it",
        _ => $"{Found(found)}; mode {mode.Name()} lets it pass",
    };

    /// <summary>The facts of a request that isn't compliant; nothing for one that is.</summary>
    internal static JsonObject AddTo(this DesyncClassification found, JsonObject facts, DesyncMode mode)
    {
        if (found.IsCompliant) return facts;
        facts["desyncMitigationMode"] = mode.Name();
        facts["classification"] = found.ClassName;
        facts["classificationReason"] = found.ReasonName;
        return facts;
    }

    /// <summary>What the mode does with a request that isn't compliant, as a reason.</summary>
    internal static IReadOnlyList<Reason> Reasons(this DesyncClassification found, DesyncMode mode) =>
        found.IsCompliant ? [] : [new Reason($"desync mitigation mode {mode.Name()}", Chosen: true, found.Tell(mode))];

    private static string Found(DesyncClassification found) => $"{found.Class} for {found.Reason}: {Why(found.Reason)}";

    private static string WayOut(DesyncClassification found) => (found.Reason switch
    {
        DesyncReason.MultipleContentLength or DesyncReason.DuplicateContentLength or DesyncReason.BadContentLength => "send one Content-Length, a decimal number",
        DesyncReason.MultipleTransferEncodingChunked or DesyncReason.BadTransferEncoding => "send one Transfer-Encoding: chunked, or none",
        DesyncReason.BothTeClPresent => "send Content-Length or Transfer-Encoding, not both",
        DesyncReason.GetHeadZeroContentLength or DesyncReason.UndefinedContentLengthSemantics => "send GET and HEAD without Content-Length",
        DesyncReason.UndefinedTransferEncodingSemantics => "send Transfer-Encoding in HTTP/1.1 only, and not with GET or HEAD",
        DesyncReason.SpaceInUri or DesyncReason.AmbiguousUri or DesyncReason.BadUri => "percent-encode the URI",
        DesyncReason.BadMethod => "send a method of token characters",
        DesyncReason.BadVersion or DesyncReason.NonCompliantVersion => "send HTTP/1.1",
        _ => "send headers whose names are tokens and whose values have no control characters",
    }) + (found.Class == DesyncClass.Severe ? "" : ", or choose the mode defensive");

    /// <summary>The reason's description (ALB user guide, Access logs, Classification reasons; where its sentence is wrong, http-desync-guardian's).</summary>
    private static string Why(DesyncReason reason) => reason switch
    {
        DesyncReason.AmbiguousUri => "the URI has a control character",
        DesyncReason.BadContentLength => "Content-Length isn't a number",
        DesyncReason.BadHeader => "a header has a null character or a carriage return",
        DesyncReason.BadTransferEncoding => "Transfer-Encoding has a value that isn't known",
        DesyncReason.BadUri => "the URI has a null character or a carriage return",
        DesyncReason.BadMethod => "the method is malformed",
        DesyncReason.BadVersion => "the version is malformed",
        DesyncReason.BothTeClPresent => "it has both Transfer-Encoding and Content-Length",
        DesyncReason.DuplicateContentLength => "Content-Length is given more than once with the same value",
        DesyncReason.EmptyHeader => "a header has no name, or a line has only spaces",
        DesyncReason.GetHeadZeroContentLength => "a GET or HEAD has Content-Length: 0",
        DesyncReason.MultipleContentLength => "Content-Length is given more than once with different values",
        DesyncReason.MultipleTransferEncodingChunked => "Transfer-Encoding names chunked more than once",
        DesyncReason.NonCompliantHeader => "a header has a non-ASCII character in its name, or a control character",
        DesyncReason.NonCompliantVersion => "the version is an unusual one, or has whitespace behind it",
        DesyncReason.SpaceInUri => "the URI has a space that isn't encoded",
        DesyncReason.SuspiciousHeader => "a header's name is close to Transfer-Encoding or Content-Length",
        DesyncReason.UndefinedContentLengthSemantics => "a GET or HEAD has a Content-Length, and no meaning for a body",
        DesyncReason.UndefinedTransferEncodingSemantics => "a GET or HEAD, or HTTP/1.0, has a Transfer-Encoding, and no meaning for it",
        _ => "it complies",
    };
}
