namespace Usher.LoadBalancer;

/// <summary>What the transforms of a rule made of a request. What they left as it was is null.</summary>
/// <param name="Found">Whether any regex was found.</param>
/// <param name="Host">The name in the Host header.</param>
/// <param name="HostPort">The port that the rewritten Host names; null where it names none.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Fault">What is wrong with the result.</param>
internal sealed record Transformed(bool Found, string? Host, int? HostPort, string? Target, TransformFault Fault)
{
    /// <summary>Nothing was found.</summary>
    internal static readonly Transformed Nothing = new(false, null, null, null, TransformFault.None);

    internal bool Failed => Fault != TransformFault.None;

    /// <summary>The access log's word for it (<c>request_transform_status</c>); null where nothing was transformed.</summary>
    internal string? Status => Fault switch
    {
        _ when !Found => null,
        TransformFault.InvalidHost => "TransformInvalidHost",
        TransformFault.InvalidPath => "TransformInvalidPath",
        _ => "TransformSuccess",
    };
}

/// <summary>Why a transform failed.</summary>
internal enum TransformFault
{
    /// <summary>It didn't.</summary>
    None,

    /// <summary>What it made of the host isn't a Host header.</summary>
    InvalidHost,

    /// <summary>What it made of path and query isn't a request target.</summary>
    InvalidPath,
}
