using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Usher.Model.Journeys;

namespace Usher.Response;

/// <summary><c>conn_trace_id</c>: by it the lines of a connection and of its requests are found together.</summary>
internal static class ConnectionTraceId
{
    /// <summary><c>TID_</c> and 32 hex digits, the same whenever the same connection is asked for.</summary>
    /// <param name="connection">A client's connection.</param>
    /// <param name="acceptedAt">When it was accepted; 0 where that isn't known, as without TLS.</param>
    public static string Of(ConnectionId connection, long acceptedAt)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{connection}/{acceptedAt}")));
        return $"TID_{Convert.ToHexStringLower(hash)[..32]}";
    }
}
