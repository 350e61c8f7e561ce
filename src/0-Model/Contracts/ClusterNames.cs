using System.Net;
using Usher.Model.Road;

namespace Usher.Model.Contracts;

/// <summary>Resolves names as a program in the cluster does, for a hop that is a client itself; answered by the name server's hop.</summary>
public interface IClusterNames
{
    /// <summary>
    /// Where a name's port is on this machine, as the cluster's DNS says: a Service's name in <c>cluster.local</c>, or one of a hosted zone as the VPC sees it. Null when neither has an address for it. Never waits.
    /// </summary>
    /// <param name="generation">The road.</param>
    /// <param name="name">The host's whole name; no search list is tried.</param>
    /// <param name="port">The declared port.</param>
    IPEndPoint? Find(Generation generation, string name, int port);
}
