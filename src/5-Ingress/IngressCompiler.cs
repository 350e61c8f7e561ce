using System.Collections.Frozen;
using System.Net;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>
/// Ingresses, IngressClasses, ConfigMaps, Secrets and the controllers' pods → snapshot.
/// <list type="number">
/// <item>Which controllers there are: pods with the same arguments share a route table.</item>
/// <item>Each one's ConfigMap, and a table of the Ingresses that it serves.</item>
/// <item>Ingresses that none serves are told once.</item>
/// </list>
/// </summary>
internal sealed class IngressCompiler : IHopCompiler
{
    public Snapshot Compile(CompileContext context)
    {
        // Several controllers may read the same Ingress and ConfigMap: what is wrong there is wrong once.
        var inner = context with { Errors = new ErrorList() };
        var classes = new IngressClasses(inner);

        // 1.
        var pods = context.State.All<V1Pod>().Select(pod => (Pod: pod, Image: ControllerImage.In(pod.Value))).Where(p => p.Image is not null).Select(p => (p.Pod, Image: p.Image!)).ToList();
        var images = pods.Select(p => p.Image).Distinct().ToList();

        // 2.
        var before = context.Running.Find<IngressSnapshot>();
        var ingresses = context.State.List<V1Ingress>();
        var served = new bool[ingresses.Count];
        var tables = new Dictionary<ControllerImage, CompiledRoutes>();
        var configs = new Dictionary<ControllerImage, CompiledStep<NginxConfig>>();
        foreach (var image in images)
        {
            var config = configs[image] = inner.Step(before?.Configs.GetValueOrDefault(image), c => new ConfigMapCompiler(c).Compile(image.ConfigMap));
            var own = new List<Resource<V1Ingress>>(ingresses.Count);
            for (var i = 0; i < ingresses.Count; i++)
            {
                if (!classes.Serves(image, ingresses[i])) continue;
                served[i] = true;
                own.Add(ingresses[i]);
            }

            tables[image] = new RouteCompiler(inner, image, config.Value, before?.Compiled.GetValueOrDefault(image)).Compile(own);
        }

        // 3. Those for ingress-nginx are read all the same, for what is wrong in them.
        var orphans = ingresses.Where((_, i) => !served[i]).Where(i => classes.Report(i, images)).ToList();
        new RouteCompiler(inner, ControllerImage.Standard, NginxConfig.Default, null).Compile(orphans);
        foreach (var error in inner.Errors.All.Distinct()) context.Errors.Add(error);

        var controllers = new Dictionary<IPEndPoint, ControllerPlan>();
        foreach (var (pod, image) in pods)
        {
            if (image.Ignored.Length > 0) context.Warnings.Add(pod, "spec.containers", $"of the ingress controller's arguments, {image.Ignored} isn't carried out");
            if (context.Addresses.Find(pod.Key) is not { } address) continue;
            var (routes, config) = (tables[image].Table, tables[image].Config);
            foreach (var (port, https) in new[] { (image.HttpPort, false), (image.HttpsPort, true) })
            {
                var bound = context.Addresses.Bind(pod.Key, port);
                controllers[bound] = new ControllerPlan(pod.Key, new IPEndPoint(address.Declared, port), bound, image.Class, routes) { Config = config, Https = https };
            }
        }

        return Snapshot.Of(new IngressSnapshot(controllers.ToFrozenDictionary()) { Compiled = tables, Configs = configs });
    }
}
