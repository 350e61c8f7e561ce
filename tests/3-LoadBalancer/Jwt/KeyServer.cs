using System.Security.Cryptography.X509Certificates;
using Usher.Model.Contracts;
using Usher.Wire.Tests.Peers;

namespace Usher.LoadBalancer.Tests;

/// <summary>An endpoint with keys, whose certificate the road's authority has signed.</summary>
internal sealed class KeyServer : IAsyncDisposable, IRoadAuthority
{
    private readonly TestCertificates certificates = new();
    private readonly TlsUpstream server;
    private int fetches;

    internal KeyServer(string set)
    {
        Set = set;
        server = new TlsUpstream(certificates.Issue("127.0.0.1"), _ =>
        {
            Interlocked.Increment(ref fetches);
            Gate?.Task.Wait(Limit.Wait);
            return $"HTTP/1.1 {Status}\r\nContent-Length: {Set.Length}\r\n{(CacheControl is null ? "" : $"Cache-Control: {CacheControl}\r\n")}\r\n{Set}";
        });
    }

    /// <summary>What it answers from now on.</summary>
    internal string Set { get; set; }

    internal string Status { get; set; } = "200 OK";

    internal string? CacheControl { get; set; }

    /// <summary>Answers wait for it.</summary>
    internal TaskCompletionSource? Gate { get; set; }

    internal int Fetches => Volatile.Read(ref fetches);

    internal Uri Endpoint => new($"https://127.0.0.1:{server.EndPoint.Port}/jwks.json");

    public X509Certificate2 Certificate => certificates.Authority;

    public async ValueTask DisposeAsync()
    {
        Gate?.TrySetResult();
        await server.DisposeAsync();
        certificates.Dispose();
    }
}
