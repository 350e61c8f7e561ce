using System.Security.Cryptography.X509Certificates;

namespace Usher.Cli.Client;

/// <summary>A chain that trusts the road's own CA and no other.</summary>
internal static class RoadTrust
{
    internal static X509Chain Chain(X509Certificate2 authority)
    {
        var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain;
    }
}
