using Microsoft.Extensions.DependencyInjection;
using Usher.Certificates;
using Usher.Dns;
using Usher.Ingress;
using Usher.LoadBalancer;
using Usher.Node;
using Usher.Pod;
using Usher.Response;
using Usher.Service;

namespace Usher.Cli;

/// <summary>The road, hop by hop. The order is that of the request; what starts in the other order (the pods first) follows from it.</summary>
internal static class JourneyOrder
{
    internal static IServiceCollection AddRoad(this IServiceCollection services) => services
        .AddDns()           // 1  Route 53, the map: a name becomes an address
        .AddCertificates()  // 2  ACM: the certificate that the load balancer shows in the handshake
        .AddLoadBalancer()  // 3  the ALB, the gate: listener, rule, target group, target
        .AddNode()          // 4  a worker node: NodePorts, and the relays that stand for kube-proxy's rules
        .AddLoadBalancerZones() // the load balancer's own nodes, one in each of the worker nodes' zones
        .AddIngress()       // 5  the ingress controller, the receptionist: host and path choose a Service
        .AddService()       // 6  the Service, the extension: one virtual IP for the pods that are ready
        .AddPods()          // 7  the pod, the desk: processes, probes, restarts; 8 is the code in it
        .AddLoadBalancerController() // the AWS Load Balancer Controller: Ingresses of class alb become load balancers; of nodes, Services and pods
        .AddExternalDns()   //    external-dns: names of Services and Ingresses become record sets; of pods and load balancers
        .AddClusterDns()    //    CoreDNS, the map inside: pods ask it for Services; after the pods, so that it is there before they start
        .AddResponse();     // 9  the way back; 10 is the browser
}
