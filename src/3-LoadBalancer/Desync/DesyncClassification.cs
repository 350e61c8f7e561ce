using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>
/// A request's class and the reason for it. The worst class counts; of several reasons for one class the first of <see cref="Reasons"/>, whose order is the one in which
/// github.com/aws/http-desync-guardian looks: headers, codings, lengths, method, version, URI.
/// </summary>
internal readonly record struct DesyncClassification(DesyncClass Class, DesyncReason Reason)
{
    private static readonly (HeadDefects Defect, DesyncClass Class, DesyncReason Reason)[] Reasons =
    [
        (HeadDefects.HeaderUnreadable, DesyncClass.Severe, DesyncReason.BadHeader),
        (HeadDefects.UnknownCoding, DesyncClass.Severe, DesyncReason.BadTransferEncoding),
        (HeadDefects.RepeatedChunked, DesyncClass.Severe, DesyncReason.MultipleTransferEncodingChunked),
        (HeadDefects.MalformedLength, DesyncClass.Severe, DesyncReason.BadContentLength),
        (HeadDefects.DifferingLengths, DesyncClass.Severe, DesyncReason.MultipleContentLength),
        (HeadDefects.MalformedMethod, DesyncClass.Severe, DesyncReason.BadMethod),
        (HeadDefects.MalformedVersion, DesyncClass.Severe, DesyncReason.BadVersion),
        (HeadDefects.TargetUnreadable, DesyncClass.Severe, DesyncReason.BadUri),
        (HeadDefects.EmptyName, DesyncClass.Ambiguous, DesyncReason.EmptyHeader),
        (HeadDefects.FramingLikeName, DesyncClass.Ambiguous, DesyncReason.SuspiciousHeader),
        (HeadDefects.CodingBeforeHttp11, DesyncClass.Ambiguous, DesyncReason.UndefinedTransferEncodingSemantics),
        (HeadDefects.RepeatedLength, DesyncClass.Ambiguous, DesyncReason.DuplicateContentLength),
        (HeadDefects.LengthWithCoding, DesyncClass.Ambiguous, DesyncReason.BothTeClPresent),
        (HeadDefects.TargetControl, DesyncClass.Ambiguous, DesyncReason.AmbiguousUri),
        (HeadDefects.HeaderCharacters, DesyncClass.Acceptable, DesyncReason.NonCompliantHeader),
        (HeadDefects.UnusualVersion, DesyncClass.Acceptable, DesyncReason.NonCompliantVersion),
        (HeadDefects.TargetSpace, DesyncClass.Acceptable, DesyncReason.SpaceInUri),
    ];

    internal bool IsCompliant => Class == DesyncClass.Compliant;

    /// <summary>The class as the access log has it: <c>-</c> there, and null here, for a request that is compliant.</summary>
    internal string? ClassName => IsCompliant ? null : Class.ToString();

    /// <summary>The reason in the same way.</summary>
    internal string? ReasonName => IsCompliant ? null : Reason.ToString();

    /// <summary>Classifies a request by its head, a refused one by what was read of it. HTTP/2 is out of scope: it has one framing.</summary>
    internal static DesyncClassification Of(RequestHead request)
    {
        if (request.Version >= 20) return default;
        var body = BodyOfBodiless(request);
        if (request.Defects == HeadDefects.None) return body;
        var found = default(DesyncClassification);
        foreach (var (defect, level, reason) in Reasons)
        {
            if ((request.Defects & defect) == 0) continue;
            found = new(level, reason);
            break;
        }

        // A body that GET has no use for is looked at before lengths and codings are compared.
        var before = found.Reason is DesyncReason.BothTeClPresent or DesyncReason.AmbiguousUri or DesyncReason.NonCompliantVersion or DesyncReason.SpaceInUri;
        return body.Class > found.Class || (body.Class == found.Class && before) ? body : found;
    }

    /// <summary>What the mode does with it.</summary>
    internal DesyncMeasure Under(DesyncMode mode) => (Class, mode) switch
    {
        (DesyncClass.Compliant, _) or (_, DesyncMode.Monitor) => DesyncMeasure.Pass,
        (_, DesyncMode.Strictest) or (DesyncClass.Severe, _) => DesyncMeasure.Block,
        (DesyncClass.Ambiguous, _) => DesyncMeasure.PassAndClose,
        _ => DesyncMeasure.Pass,
    };

    /// <summary>GET and HEAD have no body that means anything (RFC 9110 sections 9.3.1 and 9.3.2).</summary>
    private static DesyncClassification BodyOfBodiless(RequestHead request)
    {
        var framing = request.Framing;
        var coded = framing.Kind == BodyKind.Chunked || (request.Defects & HeadDefects.CodingWithoutChunked) != 0;
        if (framing.Kind == BodyKind.None && !coded) return default;
        if (!request.IsHead && !request.Method.SequenceEqual("GET"u8)) return default;
        if (coded) return new(DesyncClass.Ambiguous, DesyncReason.UndefinedTransferEncodingSemantics);
        return framing.Length > 0
            ? new(DesyncClass.Ambiguous, DesyncReason.UndefinedContentLengthSemantics)
            : new(DesyncClass.Acceptable, DesyncReason.GetHeadZeroContentLength);
    }
}
