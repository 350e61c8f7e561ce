namespace Usher.LoadBalancer;

/// <summary>How dangerous a request is for whoever has to find its end (ALB user guide, Desync mitigation mode). The names are the access log's.</summary>
internal enum DesyncClass
{
    /// <summary>It keeps to RFC 7230 and poses no known threat.</summary>
    Compliant,

    /// <summary>It doesn't keep to RFC 7230 and poses no known threat.</summary>
    Acceptable,

    /// <summary>Servers and proxies could read it differently.</summary>
    Ambiguous,

    /// <summary>It poses a high risk.</summary>
    Severe,
}

/// <summary>Why a request isn't compliant. The names are the access log's (ALB user guide, Access logs, Classification reasons).</summary>
internal enum DesyncReason
{
    None,
    AmbiguousUri,
    BadContentLength,
    BadHeader,
    BadTransferEncoding,
    BadUri,
    BadMethod,
    BadVersion,
    BothTeClPresent,
    DuplicateContentLength,
    EmptyHeader,
    GetHeadZeroContentLength,
    MultipleContentLength,
    MultipleTransferEncodingChunked,
    NonCompliantHeader,
    NonCompliantVersion,
    SpaceInUri,
    SuspiciousHeader,
    UndefinedContentLengthSemantics,
    UndefinedTransferEncodingSemantics,
}

/// <summary>What a load balancer does about requests that aren't compliant: <c>routing.http.desync_mitigation_mode</c>. The names are the attribute's values.</summary>
internal enum DesyncMode
{
    /// <summary>Requests of all classes pass.</summary>
    Monitor,

    /// <summary>The default: severe ones are blocked, ambiguous ones cost both connections.</summary>
    Defensive,

    /// <summary>Only compliant ones pass.</summary>
    Strictest,
}

/// <summary>What a mode does with a request.</summary>
internal enum DesyncMeasure
{
    /// <summary>It passes.</summary>
    Pass,

    /// <summary>It passes, and the connections of the client and of the target close after it.</summary>
    PassAndClose,

    /// <summary>400, and the client's connection closes.</summary>
    Block,
}
