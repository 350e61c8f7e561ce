namespace Usher.LoadBalancer;

/// <summary>
/// Why a health check failed, in the words of the health check log ("Health check logs for your Application Load Balancer", section "Error reason codes"; ALB user guide). <c>ResponseStringMismatch</c> is of a setting that isn't here.
/// </summary>
internal static class CheckReason
{
    internal const string RequestTimedOut = nameof(RequestTimedOut);

    internal const string ConnectionTimedOut = nameof(ConnectionTimedOut);

    internal const string ConnectionReset = nameof(ConnectionReset);

    internal const string ResponseCodeMismatch = nameof(ResponseCodeMismatch);

    internal const string TargetError = nameof(TargetError);

    internal const string GrpcStatusHeaderEmpty = "GRPCStatusHeaderEmpty";

    internal const string GrpcUnexpectedStatus = "GRPCUnexpectedStatus";

    /// <summary>Of a status that the matcher doesn't have.</summary>
    internal static string OfStatus(ProtocolVersion version, int status) =>
        version == ProtocolVersion.Grpc ? GrpcUnexpectedStatus : status is >= 500 and <= 599 ? TargetError : ResponseCodeMismatch;
}
