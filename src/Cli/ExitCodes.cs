namespace Usher.Cli;

/// <summary>What the commands exit with.</summary>
internal static class ExitCodes
{
    internal const int Ok = 0;
    internal const int Failure = 1;
    internal const int Usage = 2;
    internal const int ClientError = 4;
    internal const int ServerError = 5;
    internal const int NoAnswer = 6;

    /// <summary>The exit code that tells a status: 0 for 1xx–3xx, 4 for 4xx, 5 for 5xx, 6 when nothing answered.</summary>
    internal static int OfStatus(int? status) => status switch
    {
        null => NoAnswer,
        >= 500 => ServerError,
        >= 400 => ClientError,
        _ => Ok,
    };
}
