package main

import (
	"context"
	"fmt"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
)

// mount makes the volumes of a pod as they are in the cluster now.
func (k *kubelet) mount(ctx context.Context, pod *corev1.Pod) error {
	for _, volume := range pod.Spec.Volumes {
		files, err := k.filesOf(ctx, pod.Namespace, volume)
		if err != nil {
			return err
		}
		for _, mount := range pod.Spec.Containers[0].VolumeMounts {
			if mount.Name != volume.Name {
				continue
			}
			if err := project(filepath.Join(k.folder(pod), mount.MountPath), files); err != nil {
				return err
			}
		}
	}
	return nil
}

// filesOf is what a volume has in it.
func (k *kubelet) filesOf(ctx context.Context, namespace string, volume corev1.Volume) (map[string][]byte, error) {
	all := map[string][]byte{}
	var items []corev1.KeyToPath
	var err error
	optional := false
	switch {
	case volume.ConfigMap != nil:
		var object corev1.ConfigMap
		err = k.Get(ctx, types.NamespacedName{Namespace: namespace, Name: volume.ConfigMap.Name}, &object)
		for key, text := range object.Data {
			all[key] = []byte(text)
		}
		items, optional = volume.ConfigMap.Items, ptr.Deref(volume.ConfigMap.Optional, false)
	case volume.Secret != nil:
		var object corev1.Secret
		err = k.Get(ctx, types.NamespacedName{Namespace: namespace, Name: volume.Secret.SecretName}, &object)
		all = object.Data
		items, optional = volume.Secret.Items, ptr.Deref(volume.Secret.Optional, false)
	default:
		return nil, fmt.Errorf("the demo knows no volume like %s", volume.Name)
	}
	if err != nil && (!optional || !apierrors.IsNotFound(err)) {
		return nil, fmt.Errorf("mount volume %s: %w", volume.Name, err)
	}
	return chosen(all, items, optional)
}

// chosen are the keys that a volume asks for, under the paths that it gives them.
func chosen(all map[string][]byte, items []corev1.KeyToPath, optional bool) (map[string][]byte, error) {
	if len(items) == 0 {
		return all, nil
	}
	files := map[string][]byte{}
	for _, item := range items {
		content, found := all[item.Key]
		switch {
		case found:
			files[item.Path] = content
		case !optional:
			return nil, fmt.Errorf("mount volume: there is no key %s", item.Key)
		}
	}
	return files, nil
}
