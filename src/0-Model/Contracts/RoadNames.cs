using System.Net;
using System.Security.Cryptography.X509Certificates;
using Usher.Model.Road;

namespace Usher.Model.Contracts;

/// <summary>Resolves the road's own names for a hop that is a client itself; answered by the hosted zones' hop.</summary>
public interface IRoadNames
{
    /// <summary>Where a name's port is on this machine, as the road's DNS says; null when no hosted zone has an address for it. Never waits.</summary>
    /// <param name="generation">The road.</param>
    /// <param name="name">The host's name.</param>
    /// <param name="port">The declared port.</param>
    IPEndPoint? Find(Generation generation, string name, int port);
}

/// <summary>The private CA for a hop that is a client itself; answered by the certificates' hop.</summary>
public interface IRoadAuthority
{
    /// <summary>The CA's certificate, without its key. Makes the CA if there is none yet.</summary>
    X509Certificate2 Certificate { get; }
}
